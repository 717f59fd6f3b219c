import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "./peer.test.kit.js";
import { StreamTable } from "./stream-table.js";

test("it holds what a Map would, whatever comes and goes", () => {
  for (const most of [1, 3, 40, 1000]) {
    const table = new StreamTable<{ id: number }>();
    const map = new Map<number, { id: number }>();
    let nextId = 1;
    for (let i = 0; i < 20_000; i++) {
      const ids = [...map.keys()];
      if (ids.length < most && random(2) === 0) {
        const stream = { id: nextId };
        nextId += 2 * (1 + random(3));
        table.add(stream);
        map.set(stream.id, stream);
      } else if (ids.length > 0) {
        // The oldest stays nearly always.
        const id = ids[random(50) === 0 ? 0 : random(ids.length)]!;
        table.delete(id);
        map.delete(id);
      }
      const id = 1 + 2 * random(nextId);
      assert.equal(table.get(id), map.get(id));
      assert.equal(table.size, map.size);
    }
    for (const [id, stream] of map) assert.equal(table.get(id), stream);
    assert.deepEqual(new Set(table.values()), new Set(map.values()));
    table.delete(nextId + 2);
    assert.equal(table.size, map.size);
  }
});

test("what is taken out while all are visited does not disturb the visit", () => {
  const table = new StreamTable<{ id: number }>();
  for (let id = 1; id < 1000; id += 2) table.add({ id });
  let visited = 0;
  for (const { id } of table.values()) {
    table.delete(id);
    visited++;
  }
  assert.equal(visited, 500);
  assert.equal(table.size, 0);
});
