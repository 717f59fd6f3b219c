import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./judge.js";
import { soak } from "./soak.js";

test("a short soak: through six crashes and stops every story ends as it should, and nothing is left", async () => {
  const result = await soak({
    warmUpMs: 0,
    blows: 6,
    steadyMs: 0,
    blowEveryMs: 500,
    retentionMs: 20_000,
    settleMs: 500,
    storiesPerSecond: 60,
    storiesAtATime: 100,
    log: () => {},
  });
  assert.deepEqual(judge(result), [], result.serverOutput);
  assert.equal(Object.keys(result.done).length, 11, JSON.stringify(result.done));
  assert.deepEqual(Object.values(result.blows), [2, 2, 2]);
});
