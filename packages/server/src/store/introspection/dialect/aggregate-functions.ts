import { type ColumnType, isNumber } from "../column-type.js";
import { QueryError } from "../introspection.js";
import { coerce } from "./coerce.js";
import type { Typed } from "./typed.js";

/** Of many rows one value: the function of SQLite (or of the connection), its arguments, and the type of its result. */
export interface Aggregate {
  readonly name: string;
  readonly args: readonly Typed[];
  readonly type: ColumnType;
  /** Puts the call into an expression. */
  readonly wrap?: (call: string) => string;
}

type MakeAggregate = (args: readonly Typed[], isWindow: boolean) => Aggregate;

const sameType =
  (sqlName: string): MakeAggregate =>
  (args) => ({ name: sqlName, args, type: typeOf(args[0]) });
const truthOf =
  (sqlName: string): MakeAggregate =>
  (args) => ({
    name: sqlName,
    args: args.map((arg) => coerce(arg, "boolean")),
    type: "boolean",
  });
const quantile =
  (fraction?: string): MakeAggregate =>
  (args) => {
    const [value, given] = args;
    const share: Typed | undefined =
      fraction === undefined ? given : { sql: fraction, type: "float64", label: fraction };
    if (value === undefined || share === undefined)
      throw new QueryError("invalid", "a percentile needs a value and a share");
    return {
      name: "quantile",
      args: [value, share],
      type: value.type === "duration" ? "duration" : "float64",
    };
  };

const AGGREGATES: Readonly<Record<string, MakeAggregate>> = {
  count: (args) => ({ name: "count", args, type: "int64" }),
  min: sameType("min"),
  max: sameType("max"),
  // As an aggregate it takes the first row; as a window function SQLite has its own.
  first_value: (args, isWindow) => sameType(isWindow ? "first_value" : "first_row")(args, isWindow),
  last_value: (args, isWindow) => sameType(isWindow ? "last_value" : "last_row")(args, isWindow),
  sum: (args) => ({ name: "sum", args: args.map(additive), type: sumType(typeOf(args[0])) }),
  avg: (args) => {
    const isDuration = typeOf(args[0]) === "duration";
    return {
      name: "avg",
      args: args.map(additive),
      type: isDuration ? "duration" : "float64",
      ...(isDuration && { wrap: (call: string) => `CAST(round(${call}) AS INTEGER)` }),
    };
  },
  median: quantile("0.5"),
  approx_median: quantile("0.5"),
  approx_percentile_cont: quantile(),
  bool_and: truthOf("min"),
  every: truthOf("min"),
  bool_or: truthOf("max"),
  string_agg: (args) => ({
    name: "group_concat",
    args: args.map((arg) => coerce(arg, "text")),
    type: "text",
  }),
  array_agg: (args) => {
    const type = typeOf(args[0]) === "uint32" ? "uint32[]" : "text[]";
    return {
      name: "json_group_array",
      args: type === "text[]" ? args.map((arg) => coerce(arg, "text")) : args,
      type,
    };
  },
};

const WINDOW_FUNCTIONS: Readonly<Record<string, MakeAggregate>> = {
  row_number: () => ({ name: "row_number", args: [], type: "uint64" }),
  rank: () => ({ name: "rank", args: [], type: "uint64" }),
  dense_rank: () => ({ name: "dense_rank", args: [], type: "uint64" }),
  percent_rank: () => ({ name: "percent_rank", args: [], type: "float64" }),
  ntile: (args) => ({ name: "ntile", args, type: "uint64" }),
  lag: sameType("lag"),
  lead: sameType("lead"),
};

export const AGGREGATE_NAMES: readonly string[] = Object.keys(AGGREGATES);
export const WINDOW_FUNCTION_NAMES: readonly string[] = Object.keys(WINDOW_FUNCTIONS);

/** undefined: no aggregate has this name. @throws QueryError when its arguments do not fit */
export function findAggregate(
  name: string,
  args: readonly Typed[],
  isWindow: boolean,
): Aggregate | undefined {
  if (isWindow && Object.hasOwn(WINDOW_FUNCTIONS, name)) return WINDOW_FUNCTIONS[name]?.(args, true);
  return Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name]?.(args, isWindow) : undefined;
}

function typeOf(value: Typed | undefined): ColumnType {
  return value?.type ?? "null";
}

function sumType(type: ColumnType): ColumnType {
  if (type === "uint32" || type === "uint64") return "uint64";
  return type === "boolean" || type === "null" ? "int64" : type;
}

function additive(value: Typed): Typed {
  if (isNumber(value.type) || value.type === "duration" || value.type === "null") return value;
  throw new QueryError(
    "invalid",
    `${value.label} cannot be summed up: it is neither a number nor a span of time`,
  );
}
