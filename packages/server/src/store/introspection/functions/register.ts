import { parseInvocationId, partitionKeyOf } from "@pawl/protocol";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { catalogColumns, catalogTables } from "../tables/catalog.js";
import { awaitedCompletions, awaitedFutureJson, awaitedSignals } from "./awaited.js";
import {
  calleeCompletion,
  entryCallee,
  entryName,
  entryPromise,
  entryWakeupAt,
  notifiedCompletion,
  notifiedInvocationId,
} from "./entry-facts.js";
import { entryJson, entryLiteJson, entryType } from "./entry-json.js";
import { completionFailure, promiseFailure } from "./failures.js";
import {
  jsonPath,
  listHas,
  listJoin,
  regexpLike,
  regexpReplace,
  repeat,
  splitPart,
  textLike,
} from "./texts.js";
import {
  addMonths,
  formatDuration,
  formatTimestamp,
  parseTimestamp,
  timestampField,
  truncate,
} from "./times.js";

type SqlValue = null | number | bigint | string | Uint8Array;
// biome-ignore lint/suspicious/noExplicitAny: SQLite gives whatever is in the row; the views and the dialect see to the types
type SqlFunction = (...args: any[]) => SqlValue | boolean;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const validUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** For the views: what is encoded in the rows. */
const DECODING: Readonly<Record<string, SqlFunction>> = {
  id_partition_key: (id: string) => signed(parseInvocationId(id)),
  key_partition_key: (key: Uint8Array) => signed(partitionKeyOf(utf8.decode(key))),
  completion_failure: completionFailure,
  promise_failure: promiseFailure,
  awaited_completions: awaitedCompletions,
  awaited_signals: awaitedSignals,
  awaited_future_json: awaitedFutureJson,
  entry_type: entryType,
  entry_name: entryName,
  entry_callee: entryCallee,
  callee_completion: calleeCompletion,
  entry_wakeup_at: entryWakeupAt,
  entry_promise: entryPromise,
  notified_completion: notifiedCompletion,
  notified_invocation_id: notifiedInvocationId,
};

/** For the dialect: what SQLite lacks. */
const DIALECT: Readonly<Record<string, SqlFunction>> = {
  utf8_text: utf8Text,
  text_like: textLike,
  regexp_like: regexpLike,
  regexp_replace: regexpReplace,
  text_lower: (text: string) => text.toLowerCase(),
  text_upper: (text: string) => text.toUpperCase(),
  text_reverse: (text: string) => [...text].reverse().join(""),
  text_repeat: repeat,
  text_split_part: splitPart,
  text_ends_with: (text: string, end: string) => text.endsWith(end),
  text_to_timestamp: parseTimestamp,
  text_to_number: (text: string, isWhole: number) => toNumber(text, isWhole === 1),
  text_to_boolean: (text: string) =>
    /^(true|t|yes|on|1)$/i.test(text) ? true : /^(false|f|no|off|0)$/i.test(text) ? false : null,
  format_timestamp: formatTimestamp,
  format_duration: formatDuration,
  add_months: addMonths,
  timestamp_truncate: (unit: string, at: number) => known(truncate(unit, at), unit),
  timestamp_field: (field: string, at: number) => known(timestampField(field, at), field),
  list_has: listHas,
  list_join: listJoin,
  binary_encode: (bytes: Uint8Array, form: string) => Buffer.from(bytes).toString(encoding(form)),
  binary_decode: (text: string, form: string) => new Uint8Array(Buffer.from(text, encoding(form))),
};

/** Adds the functions that the views and translated queries call. All but those with a path are null of null. */
export function registerFunctions(database: DatabaseSyncInstance): void {
  for (const [name, fn] of Object.entries({ ...DECODING, ...DIALECT })) {
    database.function(name, { deterministic: true, varargs: true }, (...args: SqlValue[]) =>
      args.includes(null) ? null : plain(fn(...args)),
    );
  }
  // The callee may not be known yet.
  const entry = (name: string, json: typeof entryJson) =>
    database.function(
      name,
      { deterministic: true },
      (type: number, payload: Uint8Array, callee: string | null) => json(type, payload, callee),
    );
  entry("entry_json", entryJson);
  entry("entry_lite_json", entryLiteJson);
  database.function(
    "json_path",
    { deterministic: true, varargs: true },
    (...args: Parameters<typeof jsonPath>) => (args[1] === null ? null : jsonPath(...args)),
  );
  database.function("catalog_tables", { deterministic: true }, catalogTables);
  database.function("catalog_columns", { deterministic: true }, catalogColumns);
  registerAggregates(database);
}

function registerAggregates(database: DatabaseSyncInstance): void {
  database.aggregate("first_row", {
    start: (): SqlValue[] => [],
    step: (rows: SqlValue[], value: SqlValue) => (rows.length === 0 ? [value] : rows),
    result: ([value]: SqlValue[]) => value ?? null,
  });
  database.aggregate("last_row", {
    start: (): SqlValue => null,
    step: (_: SqlValue, value: SqlValue) => value,
    result: (value: SqlValue) => value,
  });
  database.aggregate("quantile", {
    start: (): Sample => ({ values: [], share: 0 }),
    step: (sample: Sample, value: number | null, share: number) => {
      sample.share = share;
      if (value !== null) sample.values.push(value);
      return sample;
    },
    result: quantile,
  });
}

interface Sample {
  readonly values: number[];
  share: number;
}

/** With the share between two values, a value between them. */
function quantile({ values, share }: Sample): number | null {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return null;
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

function plain(value: SqlValue | boolean): SqlValue {
  return typeof value === "boolean" ? Number(value) : value;
}

/** The first 8 bytes as SQLite's signed integer with the same bits. */
function signed(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0);
}

/** null when the bytes are no UTF-8. */
function utf8Text(bytes: Uint8Array): string | null {
  try {
    return validUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function toNumber(text: string, isWhole: boolean): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new Error(`'${text}' is no number`);
  return isWhole ? Math.trunc(value) : value;
}

function known<T>(value: T | null, name: string): T {
  if (value === null) throw new Error(`a time has no '${name}'`);
  return value;
}

function encoding(form: string): "hex" | "base64" {
  if (form === "hex" || form === "base64") return form;
  throw new Error(`'${form}' is no encoding: use hex or base64`);
}
