import { type ColumnType, isInteger, isNumber } from "../column-type.js";
import { QueryError } from "../introspection.js";
import { coerce, commonType } from "./coerce.js";
import { unsupported } from "./nodes.js";
import { quoteText, type Typed } from "./typed.js";

const COMPARISONS: Readonly<Record<string, string>> = {
  "=": "=",
  "==": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** `a = b`, `a + b`, `a -> b`, ... @throws QueryError */
export function binary(operator: string, left: Typed, right: Typed): Typed {
  const label = `${left.label} ${operator} ${right.label}`;
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) return truth(label, compare(comparison, left, right));
  switch (operator) {
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return arithmetic(operator, left, right, label);
    case "||":
      return { sql: `(${text(left)} || ${text(right)})`, type: "text", label };
    case "->":
      return { sql: `json_path('json', ${text(left)}, ${right.sql})`, type: "text", label };
    case "->>":
      return { sql: `json_path('text', ${text(left)}, ${right.sql})`, type: "text", label };
    case "~":
      return truth(label, `regexp_like(${text(left)}, ${text(right)}, '')`);
    case "~*":
      return truth(label, `regexp_like(${text(left)}, ${text(right)}, 'i')`);
    case "!~":
      return truth(label, `NOT regexp_like(${text(left)}, ${text(right)}, '')`);
    case "!~*":
      return truth(label, `NOT regexp_like(${text(left)}, ${text(right)}, 'i')`);
    default:
      throw unsupported(`the operator ${operator}`);
  }
}

/** `-a`, `+a`. @throws QueryError */
export function unary(operator: string, value: Typed): Typed {
  const isNegatable = isNumber(value.type) || value.type === "duration";
  if (!isNegatable || (operator !== "-" && operator !== "+")) throw unsupported(`the operator ${operator}`);
  if (operator === "+") return value;
  const label = `-${value.label}`;
  const { interval, literal } = value;
  return {
    sql: `(-${value.sql})`,
    type: value.type === "uint32" || value.type === "uint64" ? "int64" : value.type,
    label,
    ...(typeof literal === "number" && { literal: -literal }),
    ...(interval !== undefined && { interval: { months: -interval.months, ms: -interval.ms } }),
  };
}

/** @param operator of SQLite */
export function compare(operator: string, left: Typed, right: Typed): string {
  const type = commonType([left, right]);
  const sql = `${coerce(left, type).sql} ${operator} ${coerce(right, type).sql}`;
  return operator === "=" ? withNumbers(left, right, sql) : `(${sql})`;
}

/**
 * An invocation's id stands for its number: where ids are compared, comparing numbers first finds the rows without a scan.
 */
function withNumbers(left: Typed, right: Typed, sql: string): string {
  if (left.num !== undefined && right.num !== undefined) return `(${left.num} = ${right.num})`;
  const [id, other] = left.num === undefined ? [right, left] : [left, right];
  if (id.num === undefined || typeof other.literal !== "string") return `(${sql})`;
  return `(${id.num} = ${numberOf(other.literal)} AND ${sql})`;
}

/** `value IN (list)`. @throws QueryError */
export function inList(value: Typed, list: readonly Typed[]): string {
  const type = commonType([value, ...list]);
  const sql = `${coerce(value, type).sql} IN (${list.map((each) => coerce(each, type).sql).join(", ")})`;
  if (value.num === undefined || list.some(({ literal }) => typeof literal !== "string")) return `(${sql})`;
  const numbers = list.map(({ literal }) => numberOf(literal as string));
  return `(${value.num} IN (${numbers.join(", ")}) AND ${sql})`;
}

/** In the form that the index of ids has (see the migration with the tables). */
function numberOf(id: string): string {
  const bytes = `CAST(${quoteText(id)} AS BLOB)`;
  return `(SELECT num FROM invocations WHERE substr(CAST(id AS BLOB), 17) = substr(${bytes}, 17)
    AND substr(CAST(id AS BLOB), 1, 16) = substr(${bytes}, 1, 16))`;
}

export function truth(label: string, sql: string): Typed {
  return { sql: `(${sql})`, type: "boolean", label };
}

function text(value: Typed): string {
  return coerce(value, "text").sql;
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", a: Typed, b: Typed, label: string): Typed {
  const [left, right] = asTimes(operator, a, b);
  const result = (type: ColumnType, sql = `(${left.sql} ${operator} ${right.sql})`): Typed => ({
    sql,
    type,
    label,
  });
  const isSum = operator === "+" || operator === "-";
  if (left.type === "timestamp" && right.type === "duration" && isSum)
    return result("timestamp", shift(operator, left, right));
  if (left.type === "duration" && right.type === "timestamp" && operator === "+") {
    return result("timestamp", shift("+", right, left));
  }
  refuseMonths(left);
  refuseMonths(right);
  if (left.type === "timestamp" && right.type === "timestamp" && operator === "-") return result("duration");
  if (left.type === "duration" && right.type === "duration") {
    if (isSum) return result("duration");
    if (operator === "/") return result("float64", `(CAST(${left.sql} AS REAL) / ${right.sql})`);
  }
  if (left.type === "duration" && isNumber(right.type) && (operator === "*" || operator === "/")) {
    return result("duration", `CAST(round(${left.sql} ${operator} ${right.sql}) AS INTEGER)`);
  }
  if (isNumber(left.type) && right.type === "duration" && operator === "*") {
    return result("duration", `CAST(round(${left.sql} * ${right.sql}) AS INTEGER)`);
  }
  if (isNumberOrNull(left) && isNumberOrNull(right)) {
    const isWhole = isInteger(left.type) && isInteger(right.type);
    return result(isWhole ? "int64" : "float64");
  }
  throw new QueryError("invalid", `${label}: these types cannot be combined like that, use a cast`);
}

/** Texts beside a time or a number are read as such. */
function asTimes(operator: string, left: Typed, right: Typed): readonly [Typed, Typed] {
  const beside = (value: Typed, other: Typed): Typed => {
    if (value.type !== "text" || typeof value.literal !== "string") return value;
    if (other.type === "timestamp") return coerce(value, operator === "-" ? "timestamp" : "duration");
    if (other.type === "duration") return coerce(value, "duration");
    return isNumber(other.type) ? coerce(value, other.type) : value;
  };
  return [beside(left, right), beside(right, left)];
}

function shift(operator: "+" | "-", time: Typed, span: Typed): string {
  const months = span.interval?.months ?? 0;
  const from = months === 0 ? time.sql : `add_months(${time.sql}, ${operator === "-" ? -months : months})`;
  return `(${from} ${operator} ${span.sql})`;
}

/** A month has no fixed length: it means something only beside a time. */
export function refuseMonths({ interval, label }: Typed): void {
  if (interval === undefined || interval.months === 0) return;
  throw new QueryError(
    "invalid",
    `${label} of months or years can only be added to a time or taken from one`,
  );
}

function isNumberOrNull({ type }: Typed): boolean {
  return isNumber(type) || type === "null";
}
