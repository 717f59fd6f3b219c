import { type Duration, millisOrDurationToMillis } from "@pawl/sdk/core";

/** Why a request did not succeed. */
export type RetryFailure =
  | {
      /** There was no answer, or not all of it. */
      readonly kind: "network";
      readonly error: unknown;
    }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: Headers;
      /** The body as text; absent if it is empty. */
      readonly body?: string;
    };

/**
 * Repeats requests that failed on their way. Only those are repeated that do no harm: calls and sends with an idempotency key,
 * submitting a workflow, and looking for results.
 */
export interface RetryPolicy {
  /** The first one included. false: no bound. Default: 6. */
  maxAttempts?: number | false;
  /**
   * From the first attempt on; checked before each further attempt, so that no request is cut off by it. A number is
   * milliseconds. false: no bound. Default: 60 seconds.
   */
  maxDuration?: Duration | number | false;
  /** A number is milliseconds. Default: 250 ms. */
  initialInterval?: Duration | number;
  /** A number is milliseconds. Default: 3 seconds. */
  maxInterval?: Duration | number;
  /** The factor by which the interval grows. Default: 2. */
  exponentiationFactor?: number;
  /** Whether the header Retry-After of an answer takes the place of the interval. Default: true. */
  respectRetryAfter?: boolean;
  /**
   * Takes the place of `defaultShouldRetry`.
   * @param attempt the number of the attempt that failed, from 0 on
   */
  shouldRetry?: (failure: RetryFailure, attempt: number) => boolean;
}

const DEFAULT_MAX_ATTEMPTS = 6;
const DEFAULT_MAX_DURATION_MS = 60_000;
const DEFAULT_INITIAL_INTERVAL_MS = 250;
const DEFAULT_MAX_INTERVAL_MS = 3000;
const DEFAULT_FACTOR = 2;
/** Intervals are this much longer or shorter, so that clients that failed together do not come back together. */
const JITTER = 0.2;

const REQUEST_TIMEOUT = 408;
const TOO_EARLY = 425;
const TOO_MANY_REQUESTS = 429;

/**
 * Network errors and the statuses 408, 425, 429 and 5xx; not the outcome of an invocation, whatever its status: the server
 * tells them apart by the header x-restate-error-source.
 */
export function defaultShouldRetry(failure: RetryFailure): boolean {
  if (failure.kind === "network") return true;
  const { status, headers } = failure;
  if (headers.get("x-restate-error-source") === "invocation") return false;
  return [REQUEST_TIMEOUT, TOO_EARLY, TOO_MANY_REQUESTS].includes(status) || (status >= 500 && status < 600);
}

/** Where a request stands when one of its attempts has failed. */
export interface Attempted {
  /** From 0 on. */
  readonly attempt: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  readonly nowUnixMs: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** @returns milliseconds until the next attempt; undefined if there is none */
export function nextDelayMs(
  policy: RetryPolicy,
  failure: RetryFailure,
  { attempt, elapsedMs, nowUnixMs, random }: Attempted,
): number | undefined {
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, maxDuration = DEFAULT_MAX_DURATION_MS } = policy;
  if (maxAttempts !== false && attempt + 1 >= maxAttempts) return undefined;
  if (!(policy.shouldRetry ?? defaultShouldRetry)(failure, attempt)) return undefined;
  const asked = (policy.respectRetryAfter ?? true) ? retryAfterMs(failure, nowUnixMs) : undefined;
  const delayMs = asked ?? backoffMs(policy, attempt, random);
  const fits = maxDuration === false || elapsedMs + delayMs < millisOrDurationToMillis(maxDuration);
  return fits ? delayMs : undefined;
}

function backoffMs(policy: RetryPolicy, attempt: number, random: number): number {
  const initial = millisOrDurationToMillis(policy.initialInterval ?? DEFAULT_INITIAL_INTERVAL_MS);
  const longest = millisOrDurationToMillis(policy.maxInterval ?? DEFAULT_MAX_INTERVAL_MS);
  const interval = Math.min(initial * (policy.exponentiationFactor ?? DEFAULT_FACTOR) ** attempt, longest);
  return interval * (1 + JITTER * (2 * random - 1));
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(failure: RetryFailure, nowUnixMs: number): number | undefined {
  const value = failure.kind === "response" ? failure.headers.get("retry-after") : null;
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  const delayMs = Number.isNaN(seconds) ? Date.parse(value) - nowUnixMs : seconds * 1000;
  return Number.isFinite(delayMs) ? Math.max(0, delayMs) : undefined;
}
