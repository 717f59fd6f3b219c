import type { ColumnType } from "../column-type.js";
import type { ResultColumn } from "../dialect/translate.js";
import { formatDuration, formatTimestamp } from "../functions/times.js";
import { type ResultWriter, type SqlValue, textOf } from "./result-writer.js";

const utf8 = new TextEncoder();

/**
 * `{"rows":[{"column":value}]}`. Columns that are NULL are left away, binary is hex, times and durations are in ISO 8601.
 * Source: Restate 1.7 as observed, docs/introspection.md.
 */
export class JsonWriter implements ResultWriter {
  readonly #columns: readonly { readonly name: string; readonly write: (value: SqlValue) => string }[];
  readonly #rows: string[] = [];
  size = 0;

  constructor(columns: readonly ResultColumn[]) {
    this.#columns = columns.map(({ name, type }) => ({
      name: `${JSON.stringify(name)}:`,
      write: WRITERS[type],
    }));
  }

  add(row: readonly SqlValue[]): void {
    let json = "";
    for (let i = 0; i < this.#columns.length; i++) {
      const value = row[i] as SqlValue;
      const column = this.#columns[i];
      if (value === null || column === undefined) continue;
      json += `${json === "" ? "" : ","}${column.name}${column.write(value)}`;
    }
    this.#rows.push(`{${json}}`);
    this.size += json.length + 3;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return utf8.encode(`{"rows":[${this.#rows.join(",")}]}`);
  }
}

const quoted = (value: SqlValue) => JSON.stringify(textOf(value));
const number = (value: SqlValue) => String(value);

const WRITERS: Readonly<Record<ColumnType, (value: SqlValue) => string>> = {
  text: quoted,
  binary: (value) => `"${Buffer.from(value as Uint8Array).toString("hex")}"`,
  boolean: (value) => (Number(value) === 0 ? "false" : "true"),
  int64: number,
  uint32: number,
  uint64: (value) => String(typeof value === "bigint" ? BigInt.asUintN(64, value) : value),
  // JSON has neither NaN nor infinity.
  float64: (value) => (Number.isFinite(Number(value)) ? String(Number(value)) : "null"),
  timestamp: (value) => `"${formatTimestamp(Number(value))}"`,
  duration: (value) => `"${formatDuration(Number(value))}"`,
  "uint32[]": textOf,
  "text[]": textOf,
  null: quoted,
};
