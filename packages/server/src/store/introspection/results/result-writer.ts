import type { ResultColumn } from "../dialect/translate.js";

/** A value as the connection gives it: integers are bigints, texts of results are bytes. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/** Collects the rows of a result in the form in which it is sent. */
export interface ResultWriter {
  /** About how many bytes it holds. */
  readonly size: number;
  add(row: readonly SqlValue[]): void;
  finish(): Uint8Array<ArrayBuffer>;
}

export type MakeResultWriter = (columns: readonly ResultColumn[]) => ResultWriter;

const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function textOf(value: SqlValue): string {
  return value instanceof Uint8Array ? fromUtf8.decode(value) : String(value);
}

export function bytesOf(value: SqlValue): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value));
}
