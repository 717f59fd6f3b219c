/**
 * Durations as people write them: `1d`, `1h 30m`, `500ms`, `2 days, 3 hours`, `1:30:00`, ISO 8601 (`PT1M30S`). The same
 * texts that the official server takes in its configuration, admin API and ingress. Months and years are refused: how
 * long they are depends on the calendar.
 */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Longer texts are no durations; the bound keeps the pattern matching cheap. */
const MAX_TEXT_LENGTH = 100;

const UNITS: readonly { readonly ms: number; readonly names: readonly string[] }[] = [
  { ms: WEEK_MS, names: ["w", "wk", "wks", "week", "weeks"] },
  { ms: DAY_MS, names: ["d", "day", "days"] },
  { ms: HOUR_MS, names: ["h", "hr", "hrs", "hour", "hours"] },
  { ms: MINUTE_MS, names: ["m", "min", "mins", "minute", "minutes"] },
  { ms: SECOND_MS, names: ["s", "sec", "secs", "second", "seconds"] },
  { ms: 1, names: ["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"] },
  { ms: 1e-3, names: ["us", "µs", "μs", "usec", "usecs", "micro", "micros", "microsecond", "microseconds"] },
  { ms: 1e-6, names: ["ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"] },
];

const UNIT_MS: ReadonlyMap<string, number> = new Map(
  UNITS.flatMap(({ ms, names }) => names.map((name): [string, number] => [name, ms])),
);

const AMOUNT = String.raw`\d+(?:[.,]\d+)?`;
const ISO_8601 = new RegExp(
  `^p(?:(${AMOUNT})w)?(?:(${AMOUNT})d)?(t(?:(${AMOUNT})h)?(?:(${AMOUNT})m)?(?:(${AMOUNT})s)?)?$`,
);
const FRIENDLY_PART = new RegExp(String.raw`^(${AMOUNT})\s*([a-zµμ]+)\s*(?:,\s+)?`);
const CLOCK = /^(\d+):([0-5]\d):([0-5]\d(?:[.,]\d+)?)$/;

/**
 * Milliseconds, rounded up to whole ones; undefined when the text is no duration, is negative or is beyond what a safe
 * integer holds. Zero may be written without unit.
 */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim().replace(/^\+/, "");
  if (trimmed === "" || trimmed.length > MAX_TEXT_LENGTH) return undefined;
  if (trimmed === "0") return 0;
  const ms = /^p/i.test(trimmed) ? parseIso8601(trimmed.toLowerCase()) : parseFriendly(trimmed);
  if (ms === undefined) return undefined;
  // Seven digits are a tenth of a nanosecond; what is beyond is noise of the floating point.
  const whole = Math.ceil(Number(ms.toFixed(7)));
  return Number.isSafeInteger(whole) ? whole : undefined;
}

function parseIso8601(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, weeks, days, time, hours, minutes, seconds] = match;
  const hasTime = hours !== undefined || minutes !== undefined || seconds !== undefined;
  if (time !== undefined && !hasTime) return undefined;
  const parts: Part[] = [];
  for (const [amount, unitMs] of [
    [weeks, WEEK_MS],
    [days, DAY_MS],
    [hours, HOUR_MS],
    [minutes, MINUTE_MS],
    [seconds, SECOND_MS],
  ] as const) {
    if (amount !== undefined) parts.push({ amount, unitMs });
  }
  return sum(parts);
}

function parseFriendly(text: string): number | undefined {
  const parts: Part[] = [];
  let rest = text;
  while (rest !== "") {
    const clock = CLOCK.exec(rest);
    if (clock !== null) {
      parts.push({ amount: clock[1] as string, unitMs: HOUR_MS });
      parts.push({ amount: clock[2] as string, unitMs: MINUTE_MS });
      parts.push({ amount: clock[3] as string, unitMs: SECOND_MS });
      break;
    }
    const part = FRIENDLY_PART.exec(rest);
    const unitMs = UNIT_MS.get(part?.[2] ?? "");
    if (part === null || unitMs === undefined) return undefined;
    parts.push({ amount: part[1] as string, unitMs });
    rest = rest.slice(part[0].length);
  }
  return sum(parts);
}

interface Part {
  readonly amount: string;
  readonly unitMs: number;
}

/** Units go from the largest to the smallest, each once, and only the last amount may have a fraction. */
function sum(parts: readonly Part[]): number | undefined {
  let total = 0;
  for (const [i, { amount, unitMs }] of parts.entries()) {
    const previous = parts[i - 1];
    if (previous !== undefined && (previous.unitMs <= unitMs || /[.,]/.test(previous.amount)))
      return undefined;
    total += Number(amount.replace(",", ".")) * unitMs;
  }
  return parts.length === 0 ? undefined : total;
}

/**
 * A duration as the admin API shows it: days and smaller units, spaces between, `0s` for none.
 * @param ms whole milliseconds
 */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  const parts: string[] = [];
  let rest = ms;
  for (const [unitMs, unit] of [
    [DAY_MS, "d"],
    [HOUR_MS, "h"],
    [MINUTE_MS, "m"],
    [SECOND_MS, "s"],
    [1, "ms"],
  ] as const) {
    const amount = Math.floor(rest / unitMs);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * unitMs;
  }
  return parts.join(" ");
}
