import type { RetryPolicy } from "./model.js";

/** Source: Restate 1.7 as observed, docs/compatibility.md, the documented defaults of the server. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  initialIntervalMs: 500,
  exponentiationFactor: 2,
  maxIntervalMs: 60_000,
  maxAttempts: 70,
  onMaxAttempts: "pause",
};

/**
 * The delay before the next attempt, milliseconds; null when the attempts are used up.
 * @param failures how many attempts have failed since the last entry was stored, this one included
 */
export function nextRetryDelayMs(policy: RetryPolicy, failures: number): number | null {
  if (policy.maxAttempts !== null && failures >= policy.maxAttempts) return null;
  const delay = policy.initialIntervalMs * policy.exponentiationFactor ** (failures - 1);
  return Math.min(delay, policy.maxIntervalMs);
}
