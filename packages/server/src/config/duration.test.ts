import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDurationMs } from "./duration.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("durations are read in all the ways that the official server reads them", () => {
  for (const [text, ms] of [
    ["500ms", 500],
    ["1s", SECOND],
    ["1 s", SECOND],
    ["1m", MINUTE],
    ["1m30s", 90 * SECOND],
    ["1m 30s", 90 * SECOND],
    ["  2h  ", 2 * HOUR],
    ["+1h", HOUR],
    ["2days 3h", 2 * DAY + 3 * HOUR],
    ["1hour 2min", HOUR + 2 * MINUTE],
    ["1h, 30m", 90 * MINUTE],
    ["3 days, 4 hours, 59 minutes", 3 * DAY + 4 * HOUR + 59 * MINUTE],
    ["1.5h", 90 * MINUTE],
    ["1,5h", 90 * MINUTE],
    ["2w", 14 * DAY],
    ["1:02:03", HOUR + 2 * MINUTE + 3 * SECOND],
    ["1d 1:02:03", DAY + HOUR + 2 * MINUTE + 3 * SECOND],
    ["1500us", 2],
    ["1ns", 1],
    ["0.1s", 100],
    ["1.1s", 1100],
    ["0", 0],
    ["0s", 0],
    ["0 days", 0],
    ["PT1S", SECOND],
    ["pt1h", HOUR],
    ["P1D", DAY],
    ["P1W", 7 * DAY],
    ["P1DT2H3M4.5S", DAY + 2 * HOUR + 3 * MINUTE + 4500],
    ["PT0.5S", 500],
    ["PT36H", 36 * HOUR],
    ["PT0S", 0],
  ] as const) {
    assert.equal(parseDurationMs(text), ms, text);
  }
});

test("other texts are no durations", () => {
  for (const text of [
    "",
    " ",
    "5",
    "abc",
    "-1h",
    "1h ago",
    "1h1h",
    "30m 1h",
    "1.5h 3m",
    "1H",
    "1e3s",
    "1m30",
    "1mo",
    "1y",
    "1 hour and 2 minutes",
    "1:2:3",
    "P",
    "PT",
    "P1DT",
    "P1M",
    "P1Y",
    "PT1S1H",
    "1d,2h,",
    "99999999999999999d",
    `${"1".repeat(200)}ms`,
    `${" ".repeat(10)}1h${"0".repeat(200)}`,
  ]) {
    assert.equal(parseDurationMs(text), undefined, JSON.stringify(text));
  }
});

test("durations are shown in days and smaller units", () => {
  for (const [ms, text] of [
    [0, "0s"],
    [500, "500ms"],
    [1500, "1s 500ms"],
    [MINUTE, "1m"],
    [90 * MINUTE, "1h 30m"],
    [DAY, "1d"],
    [7 * DAY, "7d"],
    [36 * HOUR, "1d 12h"],
    [DAY + HOUR + MINUTE + SECOND + 1, "1d 1h 1m 1s 1ms"],
  ] as const) {
    assert.equal(formatDuration(ms), text);
    assert.equal(parseDurationMs(text), ms);
  }
});
