import { isToken, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH } from "../access/bearer-tokens.js";
import { type BindAddress, parseBindAddress } from "./bind-address.js";
import { parseByteSize } from "./byte-size.js";
import { DEFAULT_LOG_LEVEL } from "./config.js";
import { parseDurationMs } from "./duration.js";
import { LOG_MODULES, parseLogFilter } from "./log-filter.js";

/** What a file can hold; variables and flags are strings. */
export type RawValue = string | number | bigint | boolean | object;

/** How one key is read. */
export interface Setting<T> {
  /** Kebab case, without its section. */
  readonly key: string;
  readonly default: T;
  /** undefined: the value is none of `expected`. */
  read(value: RawValue): T | undefined;
  /** Completes "expected ...". */
  readonly expected: string;
  /** A wrong value is not shown. */
  readonly isSecret?: boolean;
}

/** Timers of Node.js are 32 bits wide; none of the settings means more than this. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const HUNDRED_YEARS_MS = 100 * 365 * 24 * 60 * 60 * 1000;

export function duration(
  key: string,
  defaultText: string,
  minMs = 0,
  maxMs = MAX_TIMEOUT_MS,
): Setting<number> {
  return {
    key,
    default: parseDurationMs(defaultText) as number,
    expected: `a duration such as "30s", "1h 30m" or "PT10S"${range(minMs, maxMs)}`,
    read: (value) => inRange(typeof value === "string" ? parseDurationMs(value) : undefined, minMs, maxMs),
  };
}

function range(minMs: number, maxMs: number): string {
  const limits = [
    ...(minMs > 0 ? [`at least ${minMs}ms`] : []),
    ...(maxMs === MAX_TIMEOUT_MS ? ["at most 24d"] : []),
  ];
  return limits.length === 0 ? "" : `, ${limits.join(" and ")}`;
}

export function retention(key: string, defaultText: string): Setting<number> {
  return duration(key, defaultText, 0, HUNDRED_YEARS_MS);
}

/** Absent means no limit. */
export function limit(key: string): Setting<number | null> {
  return { ...retention(key, "0s"), default: null };
}

export function byteSize(key: string, defaultText: string): Setting<number> {
  return {
    key,
    default: parseByteSize(defaultText) as number,
    expected: 'a size such as "32MiB" or "1000000", at least 1',
    read: (value) => {
      const isText = typeof value === "string" || typeof value === "number" || typeof value === "bigint";
      return inRange(isText ? parseByteSize(String(value)) : undefined, 1, Number.MAX_SAFE_INTEGER);
    },
  };
}

export function count(key: string, defaultValue: number, min: number, max: number): Setting<number> {
  return {
    key,
    default: defaultValue,
    expected: `a whole number from ${min} to ${max}`,
    read: (value) => {
      const number = toNumber(value, /^\d{1,16}$/);
      return Number.isInteger(number) ? inRange(number, min, max) : undefined;
    },
  };
}

export function factor(key: string, defaultValue: number): Setting<number> {
  return {
    key,
    default: defaultValue,
    expected: "a number from 1 to 1000",
    read: (value) => inRange(toNumber(value, /^\d{1,16}(?:\.\d{1,16})?$/), 1, 1000),
  };
}

export function bindAddress(key: string, defaultText: string): Setting<BindAddress> {
  return {
    key,
    default: parseBindAddress(defaultText) as BindAddress,
    expected: 'host and port such as "127.0.0.1:8080" or "[::1]:8080" (port 0: any free one)',
    read: (value) => (typeof value === "string" ? parseBindAddress(value) : undefined),
  };
}

export function oneOf<const T extends string>(
  key: string,
  defaultValue: T,
  ...all: readonly T[]
): Setting<T> {
  return {
    key,
    default: defaultValue,
    expected: `one of ${all.map((one) => `"${one}"`).join(", ")}`,
    read: (value) => all.find((one) => one === (typeof value === "string" ? value.toLowerCase() : undefined)),
  };
}

export function text(key: string, defaultValue: string, expected: string): Setting<string> {
  return {
    key,
    default: defaultValue,
    expected,
    read: (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
  };
}

/** Absent means none. */
export function filePath(key: string): Setting<string | null> {
  return optionalText(key, "the path of a file");
}

/** A list in the file; where values are texts, separated by commas. */
export function tokens(key: string): Setting<readonly string[]> {
  return {
    key,
    default: [],
    expected: `a list of tokens of ${MIN_TOKEN_LENGTH} to ${MAX_TOKEN_LENGTH} letters, digits or -._~+/ (in a variable separated by commas)`,
    isSecret: true,
    read: (value) => {
      const list: unknown = typeof value === "string" ? value.split(",").map((token) => token.trim()) : value;
      if (!Array.isArray(list) || list.length === 0) return undefined;
      return list.every((token) => typeof token === "string" && isToken(token)) ? list : undefined;
    },
  };
}

export function optionalText(key: string, expected: string): Setting<string | null> {
  return { ...text(key, "", expected), default: null };
}

export function httpUrl(key: string): Setting<string | null> {
  return {
    key,
    default: null,
    expected: 'a URL such as "http://localhost:8080"',
    read: (value) => {
      const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
      return url?.protocol === "http:" || url?.protocol === "https:" ? url.href : undefined;
    },
  };
}

/** As the official server takes it, the scheme may say which of OTLP's transports is meant: `otlp+http://...`. */
export function otlpUrl(key: string): Setting<string | null> {
  const url = httpUrl(key);
  return {
    ...url,
    expected: 'the URL of a collector that takes OTLP over HTTP, such as "http://localhost:4318"',
    read: (value) => url.read(typeof value === "string" ? value.replace(/^otlp\+/, "") : value),
  };
}

export function flag(key: string, defaultValue: boolean): Setting<boolean> {
  return {
    key,
    default: defaultValue,
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : FLAGS.get(String(value).toLowerCase())),
  };
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Kept as text: what it leaves open, `log-level` says. */
export function logFilter(key: string): Setting<string | null> {
  return {
    key,
    default: null,
    expected: `levels, of all or of modules, such as "info,invoker=debug" (modules: ${LOG_MODULES.join(", ")})`,
    read: (value) =>
      typeof value === "string" && parseLogFilter(value, DEFAULT_LOG_LEVEL) !== undefined ? value : undefined,
  };
}

function toNumber(value: RawValue, pattern: RegExp): number | undefined {
  if (typeof value === "string") return pattern.test(value.trim()) ? Number(value) : undefined;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

function inRange(number: number | undefined, min: number, max: number): number | undefined {
  return number !== undefined && number >= min && number <= max ? number : undefined;
}
