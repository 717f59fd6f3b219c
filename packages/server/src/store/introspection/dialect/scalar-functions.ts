import type { ColumnType } from "../column-type.js";
import { QueryError } from "../introspection.js";
import { cast, coerce, commonType } from "./coerce.js";
import { unsupported } from "./nodes.js";
import { quoteText, type Typed } from "./typed.js";

type Parameter = ColumnType | "any" | "list";

interface ScalarFunction {
  readonly parameters: readonly Parameter[];
  /** How many of them may be left out. */
  readonly optional?: number;
  /** The last parameter may come any number of times. */
  readonly isVariadic?: true;
  readonly type: ColumnType | ((args: readonly Typed[]) => ColumnType);
  /** SQLite's expression. */
  sql(...args: string[]): string;
}

function fn(
  parameters: readonly Parameter[],
  type: ScalarFunction["type"],
  sql: ScalarFunction["sql"],
  more: Pick<ScalarFunction, "optional" | "isVariadic"> = {},
): ScalarFunction {
  return { parameters, type, sql, ...more };
}

/** A function that the connection has under this name. */
const own =
  (name: string) =>
  (...args: string[]) =>
    `${name}(${args.join(", ")})`;

const sameType = ([first]: readonly Typed[]): ColumnType => first?.type ?? "null";
const elementType = (args: readonly Typed[]): ColumnType =>
  sameType(args) === "uint32[]" ? "uint32" : "text";

const length = fn(["text"], "int64", own("length"));
const trim = (name: string) => fn(["text", "text"], "text", own(name), { optional: 1 });
const hasElement = fn(["list", "any"], "boolean", own("list_has"));
const substring = fn(["text", "int64", "int64"], "text", own("substr"), { optional: 1 });
const field = fn(["text", "timestamp"], "float64", own("timestamp_field"));
const json = (how: string, type: ColumnType) =>
  fn(["text", "any"], type, (...args) => `json_path(${[quoteText(how), ...args].join(", ")})`, {
    isVariadic: true,
    optional: 1,
  });

const FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  // Texts
  lower: fn(["text"], "text", own("text_lower")),
  upper: fn(["text"], "text", own("text_upper")),
  length,
  char_length: length,
  character_length: length,
  octet_length: fn(["any"], "int64", own("octet_length")),
  btrim: trim("trim"),
  trim: trim("trim"),
  ltrim: trim("ltrim"),
  rtrim: trim("rtrim"),
  substr: substring,
  substring,
  left: fn(["text", "int64"], "text", (text, n) => `substr(${text}, 1, ${n})`),
  right: fn(
    ["text", "int64"],
    "text",
    (text, n) => `CASE WHEN ${n} <= 0 THEN '' ELSE substr(${text}, -${n}) END`,
  ),
  replace: fn(["text", "text", "text"], "text", own("replace")),
  reverse: fn(["text"], "text", own("text_reverse")),
  repeat: fn(["text", "int64"], "text", own("text_repeat")),
  split_part: fn(["text", "text", "int64"], "text", own("text_split_part")),
  strpos: fn(["text", "text"], "int64", own("instr")),
  position: fn(["text", "text"], "int64", own("instr")),
  starts_with: fn(["text", "text"], "boolean", (text, start) => `(instr(${text}, ${start}) = 1)`),
  ends_with: fn(["text", "text"], "boolean", own("text_ends_with")),
  contains: fn(["text", "text"], "boolean", (text, part) => `(instr(${text}, ${part}) > 0)`),
  concat: fn(["text"], "text", own("concat"), { isVariadic: true }),
  concat_ws: fn(["text", "text"], "text", own("concat_ws"), { isVariadic: true }),
  regexp_like: fn(
    ["text", "text", "text"],
    "boolean",
    (text, pattern, flags = "''") => own("regexp_like")(text, pattern, flags),
    { optional: 1 },
  ),
  regexp_replace: fn(
    ["text", "text", "text", "text"],
    "text",
    (text, pattern, to, flags = "''") => own("regexp_replace")(text, pattern, to, flags),
    { optional: 1 },
  ),
  encode: fn(["binary", "text"], "text", own("binary_encode")),
  decode: fn(["text", "text"], "binary", own("binary_decode")),
  // Numbers
  abs: fn(["float64"], sameType, own("abs")),
  ceil: fn(["float64"], "float64", own("ceil")),
  floor: fn(["float64"], "float64", own("floor")),
  round: fn(["float64", "int64"], "float64", own("round"), { optional: 1 }),
  sqrt: fn(["float64"], "float64", own("sqrt")),
  power: fn(["float64", "float64"], "float64", own("power")),
  // Times
  to_timestamp: fn(["timestamp"], "timestamp", (at) => at),
  to_timestamp_millis: fn(["timestamp"], "timestamp", (at) => at),
  date_trunc: fn(["text", "timestamp"], "timestamp", own("timestamp_truncate")),
  date_part: field,
  extract: field,
  date_bin: fn(
    ["duration", "timestamp", "timestamp"],
    "timestamp",
    (step, at, origin = "0") =>
      `(${origin} + CAST(floor((${at} - ${origin}) * 1.0 / ${step}) AS INTEGER) * ${step})`,
    { optional: 1 },
  ),
  // Lists
  array_has: hasElement,
  array_contains: hasElement,
  list_has: hasElement,
  list_contains: hasElement,
  array_length: fn(["list"], "int64", own("json_array_length")),
  cardinality: fn(["list"], "int64", own("json_array_length")),
  array_element: fn(["list", "int64"], elementType, (list, place) => `(${list} ->> ((${place}) - 1))`),
  array_to_string: fn(["list", "text"], "text", own("list_join")),
  // JSON
  json_get_str: json("text", "text"),
  json_as_text: json("text", "text"),
  json_get: json("json", "text"),
  json_get_json: json("json", "text"),
  json_get_int: json("number", "int64"),
  json_get_float: json("number", "float64"),
  json_get_bool: json("boolean", "boolean"),
  json_contains: json("exists", "boolean"),
  json_length: json("length", "int64"),
};

export const SCALAR_FUNCTION_NAMES: readonly string[] = [
  ...Object.keys(FUNCTIONS),
  ...["now", "coalesce", "nvl", "ifnull", "nullif", "greatest", "least", "to_timestamp_seconds"],
];

/** @throws QueryError when there is no such function, or not for these values */
export function callScalar(name: string, args: readonly Typed[], now: number): Typed {
  const label = `${name}(${args.map((arg) => arg.label).join(",")})`;
  switch (name) {
    case "now":
      return { sql: String(now), type: "timestamp", label };
    case "nvl":
    case "ifnull":
      return { ...firstOf("coalesce", args), label };
    case "to_timestamp_seconds":
      return { sql: `CAST(${required(name, args[0]).sql} * 1000 AS INTEGER)`, type: "timestamp", label };
    default: {
      const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (found === undefined) throw unsupported(`the function ${name}()`);
      return { ...apply(name, found, args), label };
    }
  }
}

function apply(name: string, fn: ScalarFunction, args: readonly Typed[]): Omit<Typed, "label"> {
  const { parameters, optional = 0, isVariadic, type } = fn;
  const most = isVariadic ? Number.POSITIVE_INFINITY : parameters.length;
  if (args.length < parameters.length - optional || args.length > most) {
    throw new QueryError("invalid", `${name}() does not take ${args.length} arguments`);
  }
  const given = args.map((arg, i) => asParameter(name, arg, parameters[i] ?? parameters.at(-1) ?? "any"));
  return { sql: fn.sql(...given.map(({ sql }) => sql)), type: typeof type === "string" ? type : type(args) };
}

function asParameter(name: string, value: Typed, parameter: Parameter): Typed {
  if (parameter === "any") return value;
  if (parameter === "list") {
    if (value.type === "text[]" || value.type === "uint32[]" || value.type === "null") return value;
    throw new QueryError("invalid", `${name}(): ${value.label} is no list`);
  }
  // Functions on times take numbers and texts as such; functions on texts take what has a text form.
  return parameter === "timestamp" ? cast(value, parameter) : coerce(value, parameter);
}

/** coalesce, max (greatest) or min (least) of values with a common type. @throws QueryError */
export function firstOf(sqlName: "coalesce" | "max" | "min", values: readonly Typed[]): Typed {
  const type = commonType(values);
  const [only, ...more] = values.map((value) => coerce(value, type));
  const label = `${sqlName}(${values.map((value) => value.label).join(",")})`;
  if (only === undefined) throw new QueryError("invalid", `${sqlName}() needs a value`);
  if (more.length === 0) return { ...only, label };
  return { sql: `${sqlName}(${[only, ...more].map(({ sql }) => sql).join(", ")})`, type, label };
}

function required(name: string, value: Typed | undefined): Typed {
  if (value === undefined) throw new QueryError("invalid", `${name}() needs a value`);
  return value;
}
