import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { busyCores, watchLoad } from "./load.js";

test("a thread that works is busy, one that waits is not", async () => {
  const idle = watchLoad();
  await sleep(200);
  // The machine may be busy with other tests; the cores are all this query's own, as far as it says.
  assert.ok(idle(Number.MAX_SAFE_INTEGER) < 0.5);

  const busy = watchLoad();
  for (const end = performance.now() + 200; performance.now() < end; );
  assert.ok(busy(Number.MAX_SAFE_INTEGER) > 0.5);
});

test("what the query itself takes of the cores does not count", () => {
  const before = { idle: 1_000, total: 5_000 };
  const after = { idle: 1_500, total: 7_000 };
  assert.equal(busyCores(before, after, 0), 0.75);
  assert.equal(busyCores(before, after, 500), 0.5);
  // The query was counted in other slices of time than the cores were.
  assert.equal(busyCores(before, after, 1_600), 0);
  assert.equal(busyCores(before, before, 3), 0);
});
