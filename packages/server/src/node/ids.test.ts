import assert from "node:assert/strict";
import { test } from "node:test";
import { partitionOf } from "../partition/identity.js";
import { IdSource } from "./ids.js";

/** `inv_1`, then 11 characters of the partition key, then the uuid. */
const uuidOf = (id: string): string => id.slice(16);
const partitionKeyOf = (id: string): string => id.slice(5, 16);

test("the uuid's text grows with time, whatever the partition key", () => {
  const ids = new IdSource();
  const uuids = [1, 2, 1_000, 1_000_000, 2 ** 40].map((now) => uuidOf(ids.next(now, null, null)));
  assert.deepEqual([...uuids].sort(), uuids);
});

test("all ids of a key have its partition key, and so its partition", () => {
  const ids = new IdSource();
  const some = [1, 2, 3].map((now) => ids.next(now, "pete", null));
  assert.equal(new Set(some.map(partitionKeyOf)).size, 1);
  assert.equal(new Set(some.map((id) => partitionOf(id, 7))).size, 1);
  assert.equal(new Set(some).size, 3);
});

test("what has no key stays in the partition of its caller, and otherwise spreads", () => {
  const ids = new IdSource();
  const caller = ids.next(1, "pete", null);
  assert.equal(partitionKeyOf(ids.next(2, null, caller)), partitionKeyOf(caller));
  const partitions = new Set(Array.from({ length: 200 }, () => partitionOf(ids.next(3, null, null), 8)));
  assert.equal(partitions.size, 8);
});

test("two ids of one moment differ", () => {
  const ids = new IdSource();
  const many = Array.from({ length: 5_000 }, () => ids.next(7, null, null));
  assert.equal(new Set(many).size, many.length);
});
