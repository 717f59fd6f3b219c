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
  TimestampMillisecond,
  Uint32,
  Uint64,
} from "apache-arrow";
import type { ColumnType } from "../column-type.js";
import { GrowingArray } from "./growing-array.js";
import { bytesOf, type SqlValue, textOf } from "./result-writer.js";

/** As the official server has them. Source: Restate 1.7 as observed, docs/introspection.md. */
export const ARROW_TYPES: Readonly<Record<ColumnType, DataType>> = {
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

/** Collects the values of a column in the layout of Arrow (https://arrow.apache.org/docs/format/Columnar.html). */
export interface ArrowColumn {
  /** Bytes that it holds. */
  readonly size: number;
  add(value: SqlValue): void;
  finish(): Data;
}

export function arrowColumn(type: ColumnType): ArrowColumn {
  const arrowType = ARROW_TYPES[type];
  switch (type) {
    case "text":
    case "binary":
      return new BytesColumn(arrowType as LargeUtf8);
    case "boolean":
      return new BooleanColumn();
    case "uint32":
      return new FixedColumn(arrowType as Uint32, new GrowingArray(Uint32Array), Number);
    case "float64":
      return new FixedColumn(arrowType as Float64, new GrowingArray(Float64Array), Number);
    case "uint64":
      return new FixedColumn(arrowType as Uint64, new GrowingArray(BigUint64Array), integer);
    case "int64":
    case "timestamp":
    case "duration":
      return new FixedColumn(arrowType as Int64, new GrowingArray(BigInt64Array), integer);
    case "uint32[]":
      return new ListColumn(arrowType as List, arrowColumn("uint32"));
    case "text[]":
      return new ListColumn(arrowType as List, arrowColumn("text"));
    case "null":
      return new NullColumn();
  }
}

/** A value that is no integer after all (a sum that became a fraction) is cut. */
function integer(value: SqlValue): bigint {
  if (typeof value === "bigint") return value;
  return typeof value === "number" ? BigInt(Math.trunc(value)) : 0n;
}

/** A bit for each value. */
class Bits {
  readonly #bytes = new GrowingArray<Uint8Array>(Uint8Array);
  #length = 0;

  get size(): number {
    return this.#bytes.length;
  }

  add(bit: boolean): void {
    const place = this.#length++ & 7;
    if (place === 0) this.#bytes.add(bit ? 1 : 0);
    else if (bit)
      this.#bytes.set(this.#bytes.length - 1, this.#bytes.get(this.#bytes.length - 1) | (1 << place));
  }

  finish(): Uint8Array {
    return this.#bytes.finish();
  }
}

/** Which values are there, and how many are not. */
class Validity {
  readonly #bits = new Bits();
  #length = 0;
  #nulls = 0;

  get size(): number {
    return this.#bits.size;
  }

  add(value: SqlValue): void {
    this.#length++;
    if (value === null) this.#nulls++;
    this.#bits.add(value !== null);
  }

  finish(): { length: number; nullCount: number; nullBitmap: Uint8Array | null } {
    const nullBitmap = this.#nulls === 0 ? null : this.#bits.finish();
    return { length: this.#length, nullCount: this.#nulls, nullBitmap };
  }
}

type FixedType = Uint32 | Uint64 | Int64 | Float64;
type FixedArray = Uint32Array | BigUint64Array | BigInt64Array | Float64Array;

class FixedColumn<A extends FixedArray> implements ArrowColumn {
  readonly #type: FixedType;
  readonly #values: GrowingArray<A>;
  readonly #convert: (value: SqlValue) => A[number];
  readonly #validity = new Validity();

  constructor(type: FixedType, values: GrowingArray<A>, convert: (value: SqlValue) => A[number]) {
    this.#type = type;
    this.#values = values;
    this.#convert = convert;
  }

  get size(): number {
    return this.#values.size + this.#validity.size;
  }

  add(value: SqlValue): void {
    // The place of a NULL holds anything.
    this.#values.add(this.#convert(value));
    this.#validity.add(value);
  }

  finish(): Data {
    return makeData({
      type: this.#type as Int64,
      ...this.#validity.finish(),
      data: this.#values.finish() as BigInt64Array,
    });
  }
}

class BooleanColumn implements ArrowColumn {
  readonly #bits = new Bits();
  readonly #validity = new Validity();

  get size(): number {
    return this.#bits.size + this.#validity.size;
  }

  add(value: SqlValue): void {
    this.#bits.add(value !== null && Number(value) !== 0);
    this.#validity.add(value);
  }

  finish(): Data {
    return makeData({
      type: ARROW_TYPES.boolean as Bool,
      ...this.#validity.finish(),
      data: this.#bits.finish(),
    });
  }
}

class BytesColumn implements ArrowColumn {
  readonly #type: LargeUtf8;
  readonly #bytes = new GrowingArray<Uint8Array>(Uint8Array);
  readonly #offsets = new GrowingArray(BigInt64Array);
  readonly #validity = new Validity();

  constructor(type: LargeUtf8) {
    this.#type = type;
    this.#offsets.add(0n);
  }

  get size(): number {
    return this.#bytes.size + this.#offsets.size + this.#validity.size;
  }

  add(value: SqlValue): void {
    if (value !== null) this.#bytes.addAll(bytesOf(value));
    this.#offsets.add(BigInt(this.#bytes.length));
    this.#validity.add(value);
  }

  finish(): Data {
    const valueOffsets = this.#offsets.finish();
    return makeData({
      type: this.#type,
      ...this.#validity.finish(),
      valueOffsets,
      data: this.#bytes.finish(),
    });
  }
}

/** Lists come as JSON. */
class ListColumn implements ArrowColumn {
  readonly #type: List;
  readonly #elements: ArrowColumn;
  readonly #offsets = new GrowingArray(Int32Array);
  readonly #validity = new Validity();
  #elementCount = 0;

  constructor(type: List, elements: ArrowColumn) {
    this.#type = type;
    this.#elements = elements;
    this.#offsets.add(0);
  }

  get size(): number {
    return this.#elements.size + this.#offsets.size + this.#validity.size;
  }

  add(value: SqlValue): void {
    const elements = value === null ? [] : (JSON.parse(textOf(value)) as SqlValue[]);
    for (const element of elements) this.#elements.add(element);
    this.#elementCount += elements.length;
    this.#offsets.add(this.#elementCount);
    this.#validity.add(value);
  }

  finish(): Data {
    const valueOffsets = this.#offsets.finish();
    return makeData({
      type: this.#type,
      ...this.#validity.finish(),
      valueOffsets,
      child: this.#elements.finish(),
    });
  }
}

class NullColumn implements ArrowColumn {
  readonly size = 0;
  #length = 0;

  add(): void {
    this.#length++;
  }

  finish(): Data {
    return makeData({ type: ARROW_TYPES.null as Null, length: this.#length });
  }
}
