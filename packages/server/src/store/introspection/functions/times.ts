/* Timestamps are unix milliseconds, durations milliseconds. */

const MS_PER: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

/** Abbreviations as PostgreSQL has them. */
const UNIT_NAMES: Readonly<Record<string, string>> = {
  ms: "millisecond",
  msec: "millisecond",
  s: "second",
  sec: "second",
  m: "minute",
  min: "minute",
  h: "hour",
  hr: "hour",
  d: "day",
  w: "week",
  mon: "month",
  y: "year",
  yr: "year",
};

const MONTHS_PER: Readonly<Record<string, number>> = { month: 1, year: 12, decade: 120, century: 1200 };

/** A span of time: months differ in length, so they are counted apart. */
export interface Interval {
  readonly months: number;
  readonly ms: number;
}

/** `1 hour`, `2 days 3 hours`, `90m`, `01:30:00`, `1`: with `unit` when the text has none. null: it is no interval. */
export function parseInterval(text: string, unit = "second"): Interval | null {
  let months = 0;
  let ms = 0;
  const rest = text
    .toLowerCase()
    .replace(/(-?)(\d+):(\d+)(?::(\d+(?:\.\d+)?))?/, (_, sign, h, m, s = "0") => {
      const clock = (Number(h) * 60 + Number(m)) * MS_PER.minute! + Number(s) * MS_PER.second!;
      ms += sign === "-" ? -clock : clock;
      return " ";
    })
    .replace(/([-+]?\d+(?:\.\d+)?)\s*([a-z]*)/g, (whole, amount, word) => {
      const name = unitName(word === "" ? unit : word);
      const perMonth = MONTHS_PER[name];
      const perMs = MS_PER[name];
      if (perMonth !== undefined) months += Number(amount) * perMonth;
      else if (perMs !== undefined) ms += Number(amount) * perMs;
      else return whole;
      return " ";
    });
  if (text.trim() === "" || /[^\s,]/.test(rest)) return null;
  return { months, ms: Math.round(ms) };
}

function unitName(word: string): string {
  const singular = word.length > 2 && word.endsWith("s") ? word.slice(0, -1) : word;
  return UNIT_NAMES[word] ?? UNIT_NAMES[singular] ?? singular;
}

/** Adds calendar months: the day stays, or is the month's last. */
export function addMonths(at: number, months: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[ tT](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** A date, or a date and a time; without a zone it is UTC. null: it is no time. */
export function parseTimestamp(text: string): number | null {
  const [, date, time = "00:00", zone = "Z"] = ISO_TIME.exec(text.trim()) ?? [];
  if (date === undefined) return null;
  const offset =
    zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2").toUpperCase();
  const at = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(at) ? null : at;
}

/** `2026-11-21T05:59:03.911Z` */
export function formatTimestamp(at: number): string {
  return new Date(at).toISOString();
}

/** `PT86400S`, `PT0.011S`. Source: Restate 1.7 as observed. */
export function formatDuration(ms: number): string {
  const whole = Math.trunc(Math.abs(ms) / 1000);
  const fraction = String(Math.abs(ms) % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${ms < 0 ? "-" : ""}PT${whole}${fraction === "" ? "" : `.${fraction}`}S`;
}

/** The start of the unit that a time is in. Weeks begin on Monday. null: there is no such unit. */
export function truncate(unit: string, at: number): number | null {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (unitName(unit.toLowerCase())) {
    case "year":
      return Date.UTC(year, 0);
    case "quarter":
      return Date.UTC(year, month - (month % 3));
    case "month":
      return Date.UTC(year, month);
    case "week":
      return Date.UTC(year, month, date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    default: {
      const ms = MS_PER[unitName(unit.toLowerCase())];
      return ms === undefined ? null : Math.floor(at / ms) * ms;
    }
  }
}

/** A field of a time: `year`, `hour`, `epoch` (seconds), ... null: there is no such field. */
export function timestampField(field: string, at: number): number | null {
  const date = new Date(at);
  switch (unitName(field.toLowerCase())) {
    case "year":
      return date.getUTCFullYear();
    case "quarter":
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case "month":
      return date.getUTCMonth() + 1;
    case "day":
      return date.getUTCDate();
    case "dow":
      return date.getUTCDay();
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "second":
      return date.getUTCSeconds() + date.getUTCMilliseconds() / 1000;
    case "millisecond":
      return date.getUTCSeconds() * 1000 + date.getUTCMilliseconds();
    case "epoch":
      return at / 1000;
    default:
      return null;
  }
}
