import assert from "node:assert/strict";
import { test } from "node:test";
import { parseByteSize } from "./byte-size.js";

test("sizes are read with and without unit", () => {
  for (const [text, bytes] of [
    ["0", 0],
    ["1024", 1024],
    ["10b", 10],
    ["64kB", 64_000],
    ["64 KiB", 65_536],
    ["32MiB", 33_554_432],
    ["32mb", 32_000_000],
    ["1.5GiB", 1_610_612_736],
    ["2Gi", 2_147_483_648],
    ["1T", 1e12],
  ] as const) {
    assert.equal(parseByteSize(text), bytes, text);
  }
});

test("other texts are no sizes", () => {
  for (const text of ["", "-1", "MiB", "1 potato", "1,5MiB", "1e3", "99999999TiB", "0x10", "1MiBB"]) {
    assert.equal(parseByteSize(text), undefined, JSON.stringify(text));
  }
});
