import type { RunOptions } from "../../context/context.js";
import { TerminalError, toError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import { RetriedError } from "../../runtime/faults.js";

/** Computes the delay before the next retry from the one before. */
export interface RetryPolicy {
  computeNextDelay(previousDelayMs: number): number;
}

/** How a side effect is retried. Default: forever, with growing delays. */
export interface RetrySettings {
  /** Default 10 ms. */
  readonly initialDelayMs?: number;
  /** Default 10 s. */
  readonly maxDelayMs?: number;
  /** Then the side effect fails with a TerminalError. Default: unbounded. */
  readonly maxRetries?: number;
  /** Default EXPONENTIAL_BACKOFF. */
  readonly policy?: RetryPolicy;
  /** Default `side-effect`. */
  readonly name?: string;
}

/** Ready-made settings for side effects. */
export namespace RestateUtils {
  export const FIXED_DELAY: RetryPolicy = { computeNextDelay: (previous) => previous };
  export const EXPONENTIAL_BACKOFF: RetryPolicy = { computeNextDelay: (previous) => 2 * previous };
  export const DEFAULT_INITIAL_DELAY_MS = 10;
  export const DEFAULT_INFINITE_EXPONENTIAL_BACKOFF: RetrySettings = {
    initialDelayMs: DEFAULT_INITIAL_DELAY_MS,
    policy: EXPONENTIAL_BACKOFF,
  };
  export const NO_RETRIES: RetrySettings = { maxRetries: 0 };
}

export const DEFAULT_SIDE_EFFECT_NAME = "side-effect";
const DEFAULT_MAX_DELAY_MS = 10_000;

/** The server multiplies the delay by a factor: that of the policy's first step. */
export function toRunOptions(settings: RetrySettings): RunOptions<never> {
  const initial = settings.initialDelayMs ?? RestateUtils.DEFAULT_INITIAL_DELAY_MS;
  const policy = settings.policy ?? RestateUtils.EXPONENTIAL_BACKOFF;
  const factor = initial > 0 ? policy.computeNextDelay(initial) / initial : 1;
  return {
    initialRetryInterval: initial,
    maxRetryInterval: settings.maxDelayMs ?? Math.max(DEFAULT_MAX_DELAY_MS, initial),
    retryIntervalFactor: factor,
    ...(settings.maxRetries !== undefined &&
      settings.maxRetries < Number.MAX_SAFE_INTEGER && { maxRetryAttempts: settings.maxRetries + 1 }),
  };
}

/** The code of a side effect, with the error that it fails with for good when its retries are exhausted. */
export function withExhaustedError<T>(code: () => Promise<T> | T, name: string): () => Promise<T> {
  return async () => {
    try {
      return await code();
    } catch (thrown) {
      if (thrown instanceof TerminalError) throw thrown;
      const error = toError(thrown);
      const message = `Retries exhausted for ${name}. Last error: ${error.name}: ${error.message}`;
      const exhausted = new TerminalError(message, { errorCode: ErrorCodes.INTERNAL, cause: thrown });
      throw new RetriedError(thrown, exhausted);
    }
  };
}
