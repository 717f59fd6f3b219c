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

/**
 * @returns whole milliseconds. A plain number is milliseconds already.
 *
 * @example
 * ```ts
 * const millis = pawl.millisOrDurationToMillis({ seconds: 1.5 }); // 1500
 * ```
 */
export function toMillis(duration: Duration | number): number {
  return typeof duration === "number" ? Math.round(duration) : durationToMillis(duration);
}

/**
 * @returns whole milliseconds
 *
 * @example
 * ```ts
 * const millis = pawl.durationToMillis({ minutes: 1, seconds: 30 }); // 90000
 * ```
 */
export function durationToMillis(duration: Duration): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = duration;
  return Math.round(
    days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + milliseconds,
  );
}
