import type { TypeName } from "libpg-query";
import type { ColumnType } from "../column-type.js";
import { names, unsupported } from "./nodes.js";

/** SQL's names of types, as the parser gives them, and those of DataFusion. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  text: "text",
  varchar: "text",
  bpchar: "text",
  string: "text",
  largeutf8: "text",
  utf8: "text",
  bytea: "binary",
  bool: "boolean",
  int2: "int64",
  int4: "int64",
  int8: "int64",
  tinyint: "int64",
  float4: "float64",
  float8: "float64",
  double: "float64",
  numeric: "float64",
  timestamp: "timestamp",
  timestamptz: "timestamp",
  date: "timestamp",
  interval: "duration",
};

/** @throws QueryError when a column cannot have the type */
export function columnType(typeName: TypeName): ColumnType {
  const name = names(typeName.names).at(-1) ?? "";
  const type = TYPES[name.toLowerCase()];
  if (type === undefined || typeName.arrayBounds !== undefined) throw unsupported(`the type ${name}`);
  return type;
}

/** The bits of an interval's fields, `INTERVAL '1' HOUR` (PostgreSQL's datetime.h). */
const INTERVAL_UNITS: Readonly<Record<number, string>> = {
  2: "month",
  4: "year",
  8: "day",
  1024: "hour",
  2048: "minute",
  4096: "second",
};

/** The unit after an interval's text, when there is one. */
export function intervalUnit(typeName: TypeName): string | undefined {
  const [fields] = typeName.typmods ?? [];
  if (fields === undefined || !("A_Const" in fields)) return undefined;
  return INTERVAL_UNITS[fields.A_Const.ival?.ival ?? 0];
}
