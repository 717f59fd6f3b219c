import { Field, makeData, RecordBatch, Schema, Struct, Table, tableToIPC } from "apache-arrow";
import type { ResultColumn } from "../dialect/translate.js";
import { ARROW_TYPES, type ArrowColumn, arrowColumn } from "./arrow-columns.js";
import type { ResultWriter, SqlValue } from "./result-writer.js";

/** A stream of one schema and one batch in Apache Arrow's IPC format. */
export class ArrowWriter implements ResultWriter {
  readonly #fields: readonly Field[];
  readonly #columns: readonly ArrowColumn[];
  #length = 0;

  constructor(columns: readonly ResultColumn[]) {
    this.#fields = columns.map(({ name, type }) => new Field(name, ARROW_TYPES[type], true));
    this.#columns = columns.map(({ type }) => arrowColumn(type));
  }

  get size(): number {
    let size = 0;
    for (const column of this.#columns) size += column.size;
    return size;
  }

  add(row: readonly SqlValue[]): void {
    this.#length++;
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]?.add(row[i] as SqlValue);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const children = this.#columns.map((column) => column.finish());
    const type = new Struct([...this.#fields]);
    const data = makeData({ type, length: this.#length, nullCount: 0, children });
    const schema = new Schema([...this.#fields]);
    return tableToIPC(
      new Table(schema, [new RecordBatch(schema, data)]),
      "stream",
    ) as Uint8Array<ArrayBuffer>;
  }
}
