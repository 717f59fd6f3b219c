/** How often and how fast a `run` is tried again. All times are milliseconds. */
export interface RunRetryPolicy {
  readonly initialIntervalMs: number;
  readonly factor: number;
  readonly maxIntervalMs: number;
  /** Attempts in all, the first one included. Unbounded when absent. */
  readonly maxAttempts?: number;
  readonly maxDurationMs?: number;
}

/** How often this entry failed so far, this attempt included. */
export interface RetryHistory {
  readonly attempts: number;
  readonly durationMs: number;
}

/** `delayMs` undefined: the server's policy for the invocation decides. */
export type NextRetry =
  | { readonly kind: "retry"; readonly delayMs?: number }
  | { readonly kind: "exhausted" };

/** The bounds that a delay given by the user (RetryableError) still obeys. */
export type RetryBounds = Pick<RunRetryPolicy, "maxAttempts" | "maxDurationMs">;

const isExhausted = (bounds: RetryBounds, history: RetryHistory): boolean =>
  (bounds.maxAttempts !== undefined && bounds.maxAttempts <= history.attempts) ||
  (bounds.maxDurationMs !== undefined && bounds.maxDurationMs <= history.durationMs);

export function nextRetry(policy: RunRetryPolicy | undefined, history: RetryHistory): NextRetry {
  if (policy === undefined) return { kind: "retry" };
  if (isExhausted(policy, history)) return { kind: "exhausted" };
  const grown = policy.initialIntervalMs * policy.factor ** (history.attempts - 1);
  return { kind: "retry", delayMs: Math.min(policy.maxIntervalMs, Math.round(grown)) };
}

export function nextRetryAfter(
  delayMs: number | undefined,
  bounds: RetryBounds,
  history: RetryHistory,
): NextRetry {
  if (isExhausted(bounds, history)) return { kind: "exhausted" };
  return delayMs === undefined ? { kind: "retry" } : { kind: "retry", delayMs };
}
