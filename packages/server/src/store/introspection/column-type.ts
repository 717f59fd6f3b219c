/**
 * The types of columns. SQLite has fewer: timestamps and durations (milliseconds) and truth values are integers
 * there, lists are JSON.
 */
export type ColumnType =
  | "text"
  | "binary"
  | "boolean"
  | "int64"
  | "uint32"
  | "uint64"
  | "float64"
  | "timestamp"
  | "duration"
  | "uint32[]"
  | "text[]"
  /** Of `NULL` itself. */
  | "null";

/** As information_schema names them. Source: Restate 1.7 as observed. */
export const TYPE_NAMES: Readonly<Record<ColumnType, string>> = {
  text: "LargeUtf8",
  binary: "LargeBinary",
  boolean: "Boolean",
  int64: "Int64",
  uint32: "UInt32",
  uint64: "UInt64",
  float64: "Float64",
  timestamp: 'Timestamp(ms, "+00:00")',
  duration: "Duration(ms)",
  "uint32[]": "List(UInt32)",
  "text[]": "List(LargeUtf8)",
  null: "Null",
};

export function isInteger(type: ColumnType): boolean {
  return type === "int64" || type === "uint32" || type === "uint64";
}

export function isNumber(type: ColumnType): boolean {
  return isInteger(type) || type === "float64";
}

export function isList(type: ColumnType): boolean {
  return type === "uint32[]" || type === "text[]";
}
