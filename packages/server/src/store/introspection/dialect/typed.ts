import type { ColumnType } from "../column-type.js";
import type { Interval } from "../functions/times.js";

/** An expression in SQLite's SQL, with the type that it has in the query. */
export interface Typed {
  readonly sql: string;
  readonly type: ColumnType;
  /** What a result column is called when nobody names it. */
  readonly label: string;
  /** The value, when it is written in the query. */
  readonly literal?: string | number | boolean | null;
  /** Of a span of time that is written in the query. */
  readonly interval?: Interval;
  /** Of an invocation's id in a table: SQL for the invocation's number. */
  readonly num?: string;
}

export function quoteText(text: string): string {
  // SQLite's parser stops at a NUL.
  if (text.includes("\0")) return `CAST(x'${Buffer.from(text).toString("hex")}' AS TEXT)`;
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function textLiteral(text: string): Typed {
  return { sql: quoteText(text), type: "text", label: `'${text}'`, literal: text };
}

export function numberLiteral(value: number): Typed {
  const type = Number.isInteger(value) ? "int64" : "float64";
  return { sql: String(value), type, label: String(value), literal: value };
}

export function booleanLiteral(value: boolean): Typed {
  return { sql: value ? "true" : "false", type: "boolean", label: String(value), literal: value };
}

export function timestampLiteral(at: number, label: string): Typed {
  return { sql: String(at), type: "timestamp", label };
}

export function intervalLiteral(interval: Interval): Typed {
  return { sql: String(interval.ms), type: "duration", label: "interval", interval };
}

export const NULL_LITERAL: Typed = { sql: "NULL", type: "null", label: "NULL", literal: null };
