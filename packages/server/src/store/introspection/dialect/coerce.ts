import { type ColumnType, isInteger, isList, isNumber } from "../column-type.js";
import { parseInterval, parseTimestamp } from "../functions/times.js";
import { QueryError } from "../introspection.js";
import { booleanLiteral, intervalLiteral, type Typed, timestampLiteral } from "./typed.js";

/** The expression as a value of another type, where a query may mix the two without saying so. @throws QueryError */
export function coerce(value: Typed, type: ColumnType): Typed {
  const { type: from } = value;
  if (from === type || from === "null" || type === "null") return value;
  if (isNumber(from) && isNumber(type)) return value;
  if (typeof value.literal === "string") return fromText(value, value.literal, type);
  switch (type) {
    case "text":
      return convert(value, type, toText(value));
    case "timestamp":
      if (from === "text") return convert(value, type, `text_to_timestamp(${value.sql})`);
      break;
    case "binary":
      if (from === "text") return convert(value, type, `CAST(${value.sql} AS BLOB)`);
      break;
    default:
      if (isNumber(type) && from === "boolean") return convert(value, type, value.sql);
  }
  throw new QueryError(
    "invalid",
    `${value.label} is ${nameOf(from)}, where ${nameOf(type)} is needed: use a cast`,
  );
}

/** The expression as a value of the type that the query asks for: `x::text`, `CAST(x AS text)`. @throws QueryError */
export function cast(value: Typed, type: ColumnType): Typed {
  const { type: from, sql } = value;
  if (from === type || from === "null") return { ...value, type };
  if (isInteger(type) && (isNumber(from) || isTime(from) || from === "boolean")) {
    return convert(value, type, from === "float64" ? `CAST(${sql} AS INTEGER)` : sql);
  }
  if (type === "float64" && (isNumber(from) || from === "boolean"))
    return convert(value, type, `CAST(${sql} AS REAL)`);
  if (isNumber(type) && from === "text") {
    return convert(value, type, `text_to_number(${sql}, ${type === "float64" ? 0 : 1})`);
  }
  if (type === "boolean" && isNumber(from)) return convert(value, type, `(${sql} <> 0)`);
  if (type === "boolean" && from === "text" && typeof value.literal !== "string") {
    return convert(value, type, `text_to_boolean(${sql})`);
  }
  if (type === "text" && from === "binary") return convert(value, type, `utf8_text(${sql})`);
  if (type === "timestamp" && isInteger(from)) return convert(value, type, sql);
  if (type === "duration" && isInteger(from)) return convert(value, type, sql);
  return coerce(value, type);
}

/** The type that several values have in common. @throws QueryError when they have none */
export function commonType(values: readonly Typed[]): ColumnType {
  let common: ColumnType = "null";
  for (const value of values) {
    const { type } = value;
    if (type === "null" || type === common) continue;
    if (common === "null") common = type;
    else if (isNumber(type) && isNumber(common)) common = widerNumber(type, common);
    else if (type === "text" && typeof value.literal === "string") continue;
    else if (common === "text" && isAllLiteral(values)) common = type;
    else if (type !== "text" && common !== "text") {
      throw new QueryError("invalid", `${nameOf(common)} and ${nameOf(type)} do not go together: use a cast`);
    } else common = "text";
  }
  return common;
}

/** All texts among the values are written in the query, so that they can be read as another type. */
function isAllLiteral(values: readonly Typed[]): boolean {
  return values.every(({ type, literal }) => type !== "text" || typeof literal === "string");
}

function widerNumber(a: ColumnType, b: ColumnType): ColumnType {
  if (a === "float64" || b === "float64") return "float64";
  return a === "int64" || b === "int64" ? "int64" : "uint64";
}

function convert(value: Typed, type: ColumnType, sql: string): Typed {
  return { sql, type, label: value.label };
}

function fromText(value: Typed, text: string, type: ColumnType): Typed {
  const refuse = (): never => {
    throw new QueryError("invalid", `'${text}' is not ${nameOf(type)}`);
  };
  switch (type) {
    case "timestamp":
      return timestampLiteral(parseTimestamp(text) ?? refuse(), value.label);
    case "duration":
      return intervalLiteral(parseInterval(text) ?? refuse());
    case "boolean":
      if (/^(true|t|yes|on|1)$/i.test(text)) return booleanLiteral(true);
      return /^(false|f|no|off|0)$/i.test(text) ? booleanLiteral(false) : refuse();
    case "binary":
      return convert(value, type, `CAST(${value.sql} AS BLOB)`);
    default:
      if (isList(type)) return convert(value, type, value.sql);
      if (text.trim() === "" || Number.isNaN(Number(text))) refuse();
      return convert(value, type, String(Number(text)));
  }
}

function toText({ sql, type }: Typed): string {
  switch (type) {
    case "timestamp":
      return `format_timestamp(${sql})`;
    case "duration":
      return `format_duration(${sql})`;
    case "boolean":
      return `CASE ${sql} WHEN true THEN 'true' WHEN false THEN 'false' END`;
    case "binary":
      return `lower(hex(${sql}))`;
    case "uint64":
      return `printf('%llu', ${sql})`;
    default:
      return isList(type) ? sql : `CAST(${sql} AS TEXT)`;
  }
}

function isTime(type: ColumnType): boolean {
  return type === "timestamp" || type === "duration";
}

const NAMES: Readonly<Record<ColumnType, string>> = {
  text: "a text",
  binary: "binary",
  boolean: "a truth value",
  int64: "a number",
  uint32: "a number",
  uint64: "a number",
  float64: "a number",
  timestamp: "a time",
  duration: "a span of time",
  "uint32[]": "a list",
  "text[]": "a list",
  null: "NULL",
};

function nameOf(type: ColumnType): string {
  return NAMES[type];
}
