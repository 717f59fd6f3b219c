import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, formatDifference } from "./difference.js";

test("a pair is compared with itself, however fast the machine was", () => {
  const { mean, error } = compare([
    { without: 100, with: 90 },
    { without: 1000, with: 900 },
    { without: 10, with: 9 },
  ]);
  assert.ok(Math.abs(mean + 0.1) < 1e-9);
  assert.ok(error < 1e-9);
});

test("the error is two standard errors of the mean", () => {
  const found = compare([
    { without: 100, with: 110 },
    { without: 100, with: 90 },
    { without: 100, with: 110 },
    { without: 100, with: 90 },
  ]);
  assert.ok(Math.abs(found.mean) < 1e-9);
  // Standard deviation sqrt(4 * 0.1^2 / 3), over sqrt(4), twice.
  assert.ok(Math.abs(found.error - Math.sqrt(0.04 / 3)) < 1e-9);
  assert.equal(formatDifference(found), "+0.0 % ± 11.5 %");
  assert.equal(formatDifference({ mean: -0.0123, error: 0.002 }), "-1.2 % ± 0.2 %");
});
