import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, timer } from "./rows.js";

export function timerTests(open: OpenEmpty): void {
  test("timers come soonest first, up to the given time and of one partition", () =>
    withStore(open, async ({ store }) => {
      const due = [timer(10, 1), timer(20, 1, 3), timer(20, 1, 4), timer(20, 2)];
      const others = [timer(21, 1), timer(10, 1, 0, 1)];
      await store.commit(batch({ timerPuts: [...due, ...others].toReversed() }));
      assert.deepEqual(await store.timers(0, 20, 10), due);
      assert.deepEqual(await store.timers(0, 9, 10), []);
      assert.deepEqual(await store.timers(1, 20, 10), [others[1]]);
    }));

  test("timers are paged: the next page starts strictly after the last timer", () =>
    withStore(open, async ({ store }) => {
      const all = [1, 1, 2, 2, 2, 3].map((at, n) => timer(at, Math.floor(n / 2), n));
      await store.commit(batch({ timerPuts: all }));
      const paged = [];
      let page = await store.timers(0, 100, 2);
      while (page.length > 0) {
        paged.push(...page);
        page = await store.timers(0, 100, 2, page.at(-1));
      }
      assert.deepEqual(paged, all);
    }));

  test("a timer is deleted by all of its columns, and may be put again in the same batch", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ timerPuts: [timer(10, 1, 1), timer(10, 1, 2), timer(11, 1, 1)] }));
      await store.commit(
        batch({
          timerDeletes: [timer(10, 1, 1), timer(10, 1, 2), timer(99, 9)],
          timerPuts: [timer(10, 1, 2)],
        }),
      );
      assert.deepEqual(await store.timers(0, 100, 10), [timer(10, 1, 2), timer(11, 1, 1)]);
      await store.commit(batch({ timerPuts: [timer(11, 1, 1)] }));
      assert.deepEqual(await store.timers(0, 100, 10), [timer(10, 1, 2), timer(11, 1, 1)]);
    }));
}
