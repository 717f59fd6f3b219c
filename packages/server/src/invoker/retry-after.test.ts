import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from "./retry-after.js";

const NOW = Date.parse("2026-11-21T08:00:00Z");

for (const [header, delay] of [
  [undefined, undefined],
  ["0", 0],
  ["7", 7000],
  [" 120 ", 120_000],
  ["99999999999", MAX_RETRY_AFTER_MS],
  ["Sat, 21 Nov 2026 08:00:30 GMT", 30_000],
  ["Saturday, 21-Nov-26 08:00:30 GMT", 30_000],
  ["Sat, 21 Nov 2026 07:59:00 GMT", 0],
  ["Sat, 21 Nov 2099 07:59:00 GMT", MAX_RETRY_AFTER_MS],
  ["", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["2026-11-21", undefined],
  ["Friday, maybe", undefined],
] as const) {
  test(`Retry-After: ${JSON.stringify(header)} is ${delay} ms`, () => {
    assert.equal(parseRetryAfter(header, NOW), delay);
  });
}
