import { recognizeAcrossCopies } from "./across-copies.js";
import type { Duration } from "./duration.js";

const INTERNAL_ERROR_CODE = 500;
const TIMEOUT_ERROR_CODE = 408;
const CANCELLED_ERROR_CODE = 409;
/** The official SDK's code for it. */
const SUSPENDED_ERROR_CODE = 599;

/**
 * Base of the SDK's errors.
 *
 * @example
 * ```ts
 * const isConflict = (error: unknown) => error instanceof pawl.RestateError && error.code === 409;
 * ```
 */
export class RestateError extends Error {
  static {
    recognizeAcrossCopies(RestateError, "RestateError");
  }

  override name = "RestateError";
  /** By convention an HTTP status. */
  readonly code: number;

  /** @param options.errorCode default 500 */
  constructor(message: string, options?: { errorCode?: number; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = options?.errorCode ?? INTERNAL_ERROR_CODE;
  }
}

/**
 * Ends the invocation with a failure that callers receive. It is not retried.
 *
 * Any other error thrown by a handler fails the attempt only, and the invocation is tried again.
 *
 * @example
 * ```ts
 * async function withdraw(_ctx: pawl.Context, amount: number) {
 *   if (amount <= 0) throw new pawl.TerminalError("The amount must be above 0", { errorCode: 400 });
 * }
 * ```
 */
export class TerminalError extends RestateError {
  static {
    recognizeAcrossCopies(TerminalError, "TerminalError");
  }

  override name = "TerminalError";
  /** Empty if there is none. */
  readonly metadata: Record<string, string>;

  /**
   * @param options.errorCode the HTTP status that callers through the ingress see; default 500
   * @param options.metadata recorded with the error; needs service protocol V6 (server 1.6) or newer
   */
  constructor(
    message: string,
    options?: { errorCode?: number; metadata?: Record<string, string>; cause?: unknown },
  ) {
    super(message, options);
    this.metadata = options?.metadata ?? {};
  }
}

/**
 * The time given to `orTimeout` is over (code 408).
 *
 * @example
 * ```ts
 * async function withinADay(ctx: pawl.Context) {
 *   try {
 *     return await ctx.awakeable<string>().promise.orTimeout({ days: 1 });
 *   } catch (error) {
 *     if (error instanceof pawl.TimeoutError) return "nobody answered";
 *     throw error;
 *   }
 * }
 * ```
 */
export class TimeoutError extends TerminalError {
  static {
    recognizeAcrossCopies(TimeoutError, "TimeoutError");
  }

  override name = "TimeoutError";

  constructor() {
    super("Timeout occurred", { errorCode: TIMEOUT_ERROR_CODE });
  }
}

/**
 * The invocation was cancelled (code 409). Catch it to undo what was done, then rethrow it.
 *
 * @example
 * ```ts
 * async function book(ctx: pawl.Context, reserve: () => Promise<void>, release: () => Promise<void>) {
 *   try {
 *     await ctx.run("reserve", reserve);
 *     await ctx.sleep({ days: 1 });
 *   } catch (error) {
 *     if (error instanceof pawl.CancelledError) await ctx.run("release", release);
 *     throw error;
 *   }
 * }
 * ```
 */
export class CancelledError extends TerminalError {
  static {
    recognizeAcrossCopies(CancelledError, "CancelledError");
  }

  override name = "CancelledError";

  constructor() {
    super("Cancelled", { errorCode: CANCELLED_ERROR_CODE });
  }
}

/**
 * What interceptors see when an attempt ends without a result: the invocation suspends, or the connection is lost.
 * @internal
 */
export class SuspendedError extends RestateError {
  override name = "SuspendedError";

  constructor() {
    // The text is what hooks see with the official SDK, too.
    super(`(${SUSPENDED_ERROR_CODE}) Suspended invocation`, { errorCode: SUSPENDED_ERROR_CODE });
  }
}

/** Whether an interceptor's `next()` rejected because the attempt is over, and not because anything failed. */
export function isSuspendedError(error: unknown): boolean {
  return error instanceof RestateError && error.code === SUSPENDED_ERROR_CODE;
}

/** When to try again, for RetryableError. */
export interface RetryableErrorOptions {
  /** When to try again: a number of milliseconds or a Duration. Default: the retry policy decides. */
  retryAfter?: Duration | number;
}

/**
 * Fails the attempt like any other error, and says when to try again.
 *
 * @example
 * ```ts
 * async function fetchLater(ctx: pawl.Context, url: string) {
 *   return ctx.run("fetch", async () => {
 *     const response = await fetch(url);
 *     if (response.status === 429) throw new pawl.RetryableError("Too many", { retryAfter: { seconds: 30 } });
 *     return response.text();
 *   });
 * }
 * ```
 */
export class RetryableError extends RestateError {
  static {
    recognizeAcrossCopies(RetryableError, "RetryableError");
  }

  override name = "RetryableError";
  readonly retryAfter?: Duration | number;

  constructor(message: string, options?: RetryableErrorOptions & { errorCode?: number; cause?: unknown }) {
    super(message, options);
    if (options?.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  /** Wraps another error, keeping its message, but not its code. */
  static from(cause: unknown, options?: RetryableErrorOptions): RetryableError {
    return new RetryableError(toError(cause).message, { cause, ...options });
  }
}

/**
 * Pauses the invocation until somebody resumes it by hand. Only inside of `ctx.run`; elsewhere it fails the attempt like
 * any other error. Needs service protocol V7.
 *
 * @example
 * ```ts
 * async function transfer(ctx: pawl.Context, send: () => Promise<string>) {
 *   return ctx.run("transfer", async () => {
 *     try {
 *       return await send();
 *     } catch (error) {
 *       throw pawl.PauseError.from(error);
 *     }
 *   });
 * }
 * ```
 */
export class PauseError extends RestateError {
  static {
    recognizeAcrossCopies(PauseError, "PauseError");
  }

  override name = "PauseError";

  /** Wraps another error, keeping its message and its code if it has one. */
  static from(cause: unknown): PauseError {
    const error = toError(cause);
    const errorCode = error instanceof RestateError ? error.code : INTERNAL_ERROR_CODE;
    return new PauseError(error.message, { errorCode, cause });
  }
}

/**
 * Whatever was thrown as an Error.
 * @internal
 */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const code = "code" in thrown && typeof thrown.code === "number" ? thrown.code : INTERNAL_ERROR_CODE;
    return new RestateError(String(thrown.message), { errorCode: code, cause: thrown });
  }
  return new Error(`Not an Error was thrown: ${describeThrown(thrown)}`);
}

function describeThrown(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
