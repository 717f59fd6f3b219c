import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tableFromIPC } from "apache-arrow";
import type { ColumnType } from "../column-type.js";
import { ArrowWriter } from "./arrow.js";
import type { SqlValue } from "./result-writer.js";

/** What a reader of the stream finds: the type of the column, and its values. */
function read(type: ColumnType, values: readonly SqlValue[]): { type: string; values: unknown[] } {
  const writer = new ArrowWriter([{ name: "a column", type }]);
  for (const value of values) writer.add([value]);
  const table = tableFromIPC(writer.finish());
  assert.equal(table.numRows, values.length);
  const column = table.getChild("a column")!;
  const shown = Array.from({ length: values.length }, (_, i) => column.get(i) as unknown);
  return { type: String(column.type), values: shown };
}

const text = (value: string) => new Uint8Array(Buffer.from(value));

describe("a result as an Arrow stream", () => {
  test("texts", () => {
    assert.deepEqual(read("text", [text("a"), null, text(""), text("é\0")]), {
      type: "LargeUtf8",
      values: ["a", null, "", "é\0"],
    });
  });

  test("binary", () => {
    const { type, values } = read("binary", [Uint8Array.of(0, 255), null]);
    assert.equal(type, "LargeBinary");
    assert.deepEqual(
      values.map((value) => value && [...(value as Uint8Array)]),
      [[0, 255], null],
    );
  });

  test("truth values, more than a byte of them", () => {
    const values = Array.from({ length: 19 }, (_, i) => (i % 5 === 4 ? null : BigInt(i % 2)));
    assert.deepEqual(read("boolean", values), {
      type: "Bool",
      values: values.map((value) => (value === null ? null : value === 1n)),
    });
  });

  test("numbers", () => {
    assert.deepEqual(read("int64", [-1n, null, 2n ** 62n]), {
      type: "Int64",
      values: [-1n, null, 2n ** 62n],
    });
    assert.deepEqual(read("uint32", [4_294_967_295n, null]), {
      type: "Uint32",
      values: [4_294_967_295, null],
    });
    assert.deepEqual(read("uint64", [-1n, 1n]), { type: "Uint64", values: [2n ** 64n - 1n, 1n] });
    assert.deepEqual(read("float64", [1.5, 2n, null]), { type: "Float64", values: [1.5, 2, null] });
  });

  test("times and spans of time, in milliseconds", () => {
    assert.deepEqual(read("timestamp", [1_700_000_000_001n, null]), {
      type: "Timestamp<MILLISECOND, +00:00>",
      values: [1_700_000_000_001, null],
    });
    assert.deepEqual(read("duration", [86_400_000n]), {
      type: "Duration<MILLISECOND>",
      values: [86_400_000n],
    });
  });

  test("lists", () => {
    const lists = (type: ColumnType, values: readonly SqlValue[]) => {
      const found = read(type, values);
      return { ...found, values: found.values.map((value) => value && [...(value as Iterable<unknown>)]) };
    };
    assert.deepEqual(lists("uint32[]", [text("[1,2]"), null, text("[]")]), {
      type: "List<Uint32>",
      values: [[1, 2], null, []],
    });
    assert.deepEqual(lists("text[]", [text('["a","b"]'), text('["c"]')]), {
      type: "List<LargeUtf8>",
      values: [["a", "b"], ["c"]],
    });
  });

  test("nothing but NULL, and nothing at all", () => {
    assert.deepEqual(read("null", [null, null]), { type: "Null", values: [null, null] });
    assert.deepEqual(read("text", []), { type: "LargeUtf8", values: [] });
  });
});
