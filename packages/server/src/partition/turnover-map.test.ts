import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TurnoverMap } from "./turnover-map.js";

/** Deterministic, and different enough from one call to the next. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

describe("a map with much turnover", () => {
  it("holds what a Map would hold, in the same order", () => {
    for (const span of [50, 2_000]) {
      const map = new TurnoverMap<number, number>();
      const model = new Map<number, number>();
      const random = numbers(span);
      for (let step = 0; step < 20_000; step++) {
        const key = random.next().value % span;
        if (random.next().value % 2 === 0) {
          map.set(key, step);
          model.set(key, step);
        } else {
          map.delete(key);
          model.delete(key);
        }
        assert.equal(map.size, model.size);
        assert.equal(map.get(key), model.get(key));
        assert.equal(map.has(key), model.has(key));
      }
      assert.deepEqual([...map], [...model]);
      assert.deepEqual([...map.values()], [...model.values()]);
    }
  });

  it("can be emptied while it is gone through", () => {
    const map = new TurnoverMap<number, string>();
    for (let key = 0; key < 1_000; key++) map.set(key, `${key}`);
    const seen: number[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.delete(key);
    }
    assert.deepEqual(seen, [...Array(1_000).keys()]);
    assert.equal(map.size, 0);
  });

  it("leaves nothing to the old generation", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: { type: "minor" }) => void;
    const oldBytes = (): number =>
      getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")!.space_used_size;

    const map = new TurnoverMap<number, Uint32Array[]>();
    let moved = 0;
    for (let key = 0; key < 100_000; key++) {
      map.set(key, Array(50).fill(undefined));
      map.delete(key - 64);
      // What is there during two collections moves to the old generation.
      if (key < 100) collect({ type: "minor" });
      if (key % 1_000 !== 0) continue;
      const before = oldBytes();
      collect({ type: "minor" });
      moved += Math.max(0, oldBytes() - before);
    }
    // Those that are there at a collection are less than a percent. With a Map, all survive.
    const share = moved / (100_000 * 50 * 8);
    assert.ok(share < 0.05, `${(share * 100).toFixed(1)} % survive`);
  });
});
