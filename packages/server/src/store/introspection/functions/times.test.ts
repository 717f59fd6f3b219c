import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, formatDuration, parseInterval, parseTimestamp } from "./times.js";

test("an interval is a number of units, a clock's time, or several of these", () => {
  assert.deepEqual(parseInterval("1 hour"), { months: 0, ms: 3_600_000 });
  assert.deepEqual(parseInterval("90", "minute"), { months: 0, ms: 5_400_000 });
  assert.deepEqual(parseInterval("1.5s"), { months: 0, ms: 1_500 });
  assert.deepEqual(parseInterval("2 days 3 hrs, -1 min"), { months: 0, ms: (51 * 60 - 1) * 60_000 });
  assert.deepEqual(parseInterval("1 year 2 mons"), { months: 14, ms: 0 });
  assert.deepEqual(parseInterval("01:30:00.5"), { months: 0, ms: 5_400_500 });
  assert.deepEqual(parseInterval("-00:01"), { months: 0, ms: -60_000 });
  for (const text of ["", "hour", "1 parsec", "1 hour and more"])
    assert.equal(parseInterval(text), null, text);
});

test("a time is a date, with a time of day and a zone if need be", () => {
  const at = Date.UTC(2026, 10, 21, 5, 59, 3, 911);
  for (const text of [
    "2026-11-21T05:59:03.911Z",
    "2026-11-21 05:59:03.911",
    "2026-11-21 06:59:03.911+01",
    "2026-11-21T04:29:03.911-0130",
  ]) {
    assert.equal(parseTimestamp(text), at, text);
  }
  assert.equal(parseTimestamp("2026-11-21"), Date.UTC(2026, 10, 21));
  assert.equal(parseTimestamp("2026-11-21 05:59"), Date.UTC(2026, 10, 21, 5, 59));
  for (const text of ["", "today", "2026", "2026-13-01", "21.11.2026", "2026-11-21x"])
    assert.equal(parseTimestamp(text), null, text);
});

test("a month later is the same day, or the last of the month", () => {
  assert.equal(addMonths(Date.UTC(2024, 0, 31, 12), 1), Date.UTC(2024, 1, 29, 12));
  assert.equal(addMonths(Date.UTC(2024, 2, 15), -13), Date.UTC(2023, 1, 15));
});

test("durations are seconds in ISO 8601", () => {
  assert.equal(formatDuration(86_400_000), "PT86400S");
  assert.equal(formatDuration(11), "PT0.011S");
  assert.equal(formatDuration(-1_500), "-PT1.5S");
  assert.equal(formatDuration(0), "PT0S");
});
