/**
 * A span of time. The fields add up.
 *
 * @example
 * ```ts
 * const duration: pawl.Duration = { hours: 1, minutes: 30 };
 * ```
 */
export type Duration = {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
};

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A thousand years: more is a mistake, and the wire's numbers end not far beyond. */
const MAX_DURATION_MS = 365_000 * DAY_MS;

/**
 * @param what whose duration it is, for the error
 * @returns whole milliseconds. A plain number is milliseconds already.
 * @throws TypeError for anything else, such as a text, NaN, or more than a thousand years
 *
 * @example
 * ```ts
 * const millis = pawl.millisOrDurationToMillis({ seconds: 1.5 }); // 1500
 * ```
 */
export function toMillis(duration: Duration | number, what = "A duration"): number {
  const millis = typeof duration === "number" ? Math.round(duration) : sumOf(duration);
  if (Math.abs(millis) <= MAX_DURATION_MS) return millis;
  const given = typeof duration === "object" ? JSON.stringify(duration) : inspect(duration);
  throw new TypeError(
    Math.abs(millis) > MAX_DURATION_MS
      ? `${what} may have ${MAX_DURATION_MS} ms, not ${given}.`
      : `${what} is a number of milliseconds, or has fields like { hours: 1, minutes: 30 }. It is not ${given}.`,
  );
}

/**
 * @returns whole milliseconds
 * @throws TypeError for what is no duration
 *
 * @example
 * ```ts
 * const millis = pawl.durationToMillis({ minutes: 1, seconds: 30 }); // 90000
 * ```
 */
export function durationToMillis(duration: Duration): number {
  return toMillis(duration);
}

/** NaN for what is no duration. */
function sumOf(duration: Duration): number {
  // A text has no fields, and would be a duration of nothing.
  if (typeof duration !== "object" || duration === null) return Number.NaN;
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = duration;
  return Math.round(
    days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + milliseconds,
  );
}

const inspect = (value: unknown): string => (typeof value === "string" ? `"${value}"` : String(value));
