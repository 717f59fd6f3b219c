import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_RETRY_POLICY, nextRetryDelayMs } from "./retry.js";

test("delays double from half a second to a minute", () => {
  const delays = [1, 2, 3, 7, 8, 9].map((failures) => nextRetryDelayMs(DEFAULT_RETRY_POLICY, failures));
  assert.deepEqual(delays, [500, 1_000, 2_000, 32_000, 60_000, 60_000]);
});

test("the last attempt has no delay after it", () => {
  assert.equal(nextRetryDelayMs(DEFAULT_RETRY_POLICY, 69), 60_000);
  assert.equal(nextRetryDelayMs(DEFAULT_RETRY_POLICY, 70), null);
});

test("without a maximum it never ends, and never overflows", () => {
  const policy = { ...DEFAULT_RETRY_POLICY, maxAttempts: null };
  assert.equal(nextRetryDelayMs(policy, 100_000), 60_000);
});
