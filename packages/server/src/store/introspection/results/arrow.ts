import {
  Bool,
  type Data,
  type DataType,
  DurationMillisecond,
  Field,
  Float64,
  Int64,
  LargeBinary,
  LargeUtf8,
  List,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Uint32,
  Uint64,
} from "apache-arrow";
import type { ColumnType } from "../column-type.js";
import type { ResultColumn } from "../dialect/translate.js";
import { bytesOf, type ResultWriter, type SqlValue, textOf } from "./result-writer.js";

/** A stream of one schema and one batch in Apache Arrow's IPC format. */
export class ArrowWriter implements ResultWriter {
  readonly #columns: readonly ResultColumn[];
  readonly #values: readonly SqlValue[][];
  #length = 0;
  size = 0;

  constructor(columns: readonly ResultColumn[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
  }

  add(row: readonly SqlValue[]): void {
    this.#length++;
    this.#values.forEach((values, i) => {
      const value = row[i] as SqlValue;
      values.push(value);
      this.size += VALUE_BYTES + (value instanceof Uint8Array ? value.byteLength : 0);
    });
  }

  finish(): Uint8Array<ArrayBuffer> {
    const fields = this.#columns.map(({ name, type }) => new Field(name, ARROW_TYPES[type], true));
    const children = this.#columns.map(({ type }, i) => columnData(type, this.#values[i] ?? []));
    const schema = new Schema(fields);
    const data = makeData({ type: new Struct(fields), length: this.#length, nullCount: 0, children });
    const table = new Table(schema, [new RecordBatch(schema, data)]);
    return Uint8Array.from(tableToIPC(table, "stream"));
  }
}

/** What a value costs in memory until the end, besides the bytes of a text. */
const VALUE_BYTES = 32;

/** As the official server has them. Source: Restate 1.7 as observed, docs/introspection.md. */
const ARROW_TYPES: Readonly<Record<ColumnType, DataType>> = {
  text: new LargeUtf8(),
  binary: new LargeBinary(),
  boolean: new Bool(),
  int64: new Int64(),
  uint32: new Uint32(),
  uint64: new Uint64(),
  float64: new Float64(),
  timestamp: new TimestampMillisecond("+00:00"),
  duration: new DurationMillisecond(),
  "uint32[]": new List(new Field("item", new Uint32(), true)),
  "text[]": new List(new Field("item", new LargeUtf8(), true)),
  null: new Null(),
};

function columnData(type: ColumnType, values: readonly SqlValue[]): Data {
  const { nullBitmap, nullCount } = validity(values);
  const common = { length: values.length, nullCount, nullBitmap };
  switch (type) {
    case "text":
    case "binary":
      return largeBytes(ARROW_TYPES[type] as LargeUtf8 | LargeBinary, values, common);
    case "boolean": {
      const data = new Uint8Array(Math.ceil(values.length / 8));
      values.forEach((value, i) => {
        if (value !== null && Number(value) !== 0) data[i >> 3]! |= 1 << (i & 7);
      });
      return makeData({ type: ARROW_TYPES.boolean as Bool, ...common, data });
    }
    case "uint32":
      return makeData({
        type: ARROW_TYPES.uint32 as Uint32,
        ...common,
        data: Uint32Array.from(values, Number),
      });
    case "uint64":
      return makeData({
        type: ARROW_TYPES.uint64 as Uint64,
        ...common,
        data: BigUint64Array.from(values, integer),
      });
    case "float64":
      return makeData({
        type: ARROW_TYPES.float64 as Float64,
        ...common,
        data: Float64Array.from(values, Number),
      });
    case "int64":
    case "timestamp":
    case "duration":
      return makeData({
        type: ARROW_TYPES[type] as Int64,
        ...common,
        data: BigInt64Array.from(values, integer),
      });
    case "uint32[]":
    case "text[]":
      return lists(type, values, common);
    case "null":
      return makeData({ type: ARROW_TYPES.null as Null, length: values.length });
  }
}

interface Common {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

function validity(values: readonly SqlValue[]): Pick<Common, "nullBitmap" | "nullCount"> {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  values.forEach((value, i) => {
    if (value === null) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  });
  return nullCount === 0 ? { nullBitmap: null, nullCount } : { nullBitmap, nullCount };
}

/** Places of NULL hold anything. A value that is no integer after all (a sum that became a fraction) is cut. */
function integer(value: SqlValue): bigint {
  if (typeof value === "bigint") return value;
  return typeof value === "number" ? BigInt(Math.trunc(value)) : 0n;
}

function largeBytes(type: LargeUtf8 | LargeBinary, values: readonly SqlValue[], common: Common): Data {
  const parts = values.map((value) => (value === null ? NOTHING : bytesOf(value)));
  const valueOffsets = new BigInt64Array(values.length + 1);
  let end = 0;
  parts.forEach((part, i) => {
    end += part.byteLength;
    valueOffsets[i + 1] = BigInt(end);
  });
  const data = new Uint8Array(end);
  parts.forEach((part, i) => {
    data.set(part, Number(valueOffsets[i]));
  });
  return makeData({ type: type as LargeUtf8, ...common, valueOffsets, data });
}

const NOTHING = new Uint8Array(0);

function lists(type: "uint32[]" | "text[]", values: readonly SqlValue[], common: Common): Data {
  const elements: SqlValue[] = [];
  const valueOffsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => {
    if (value !== null) elements.push(...(JSON.parse(textOf(value)) as SqlValue[]));
    valueOffsets[i + 1] = elements.length;
  });
  const child = columnData(type === "uint32[]" ? "uint32" : "text", elements);
  return makeData({ type: ARROW_TYPES[type] as List, ...common, valueOffsets, child });
}
