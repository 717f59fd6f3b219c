import assert from "node:assert/strict";
import { test } from "node:test";
import { figure, mib } from "./figures.js";
import { formatTable } from "./table.js";

test("columns line up", () => {
  assert.equal(
    formatTable(
      ["peer", "c"],
      [
        ["pawl+pawl", "64"],
        ["baseline", ""],
      ],
    ),
    ["| peer      |   c |", "| --------- | --: |", "| pawl+pawl |  64 |", "| baseline  |     |"].join("\n"),
  );
});

test("figures have the digits that count", () => {
  assert.deepEqual([0, 0.123, 1.234, 12.34, 99.96, 123.4, 12_345.6].map(figure), [
    "0",
    "0.12",
    "1.23",
    "12.3",
    "100.0",
    "123",
    "12,346",
  ]);
  assert.equal(mib(3 * 2 ** 20), "3.00");
});
