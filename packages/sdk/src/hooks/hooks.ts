import type { Request } from "../context/request.js";

/**
 * Code around handlers and runs, as part of the invocation: a TerminalError thrown here ends the invocation, any other
 * error leads to a retry, before `next()` and after it. It may replace errors, not results.
 *
 * Call `next` exactly once. It also rejects when the attempt ends without a result, because the invocation suspends or the
 * connection is lost: `internal.isSuspendedError` tells. When a run stops because of the lost connection (it listens to
 * `attemptCompletedSignal`), `next` rejects with the run's error. Clean up, and throw what you caught.
 */
export interface Interceptor {
  /** Around the handler, on every attempt. */
  handler?: (next: () => Promise<void>) => Promise<void>;
  /** Around the closure of a `ctx.run`, where it is executed: not when its result is in the journal. `name` may be empty. */
  run?: (name: string, next: () => Promise<void>) => Promise<void>;
}

/** What a HooksProvider gives. */
export interface Hooks {
  interceptor?: Interceptor;
}

/** Makes the hooks of one attempt; called once for each. */
export type HooksProvider = (ctx: { request: Request }) => Hooks;

/**
 * A property of the argument of a HooksProvider, not enumerable: whether the handler is past its replay. The name is the
 * official SDK's, so that its OpenTelemetry hook works here, too.
 */
export const IS_PROCESSING = Symbol.for("@restatedev/restate-sdk/hooks.isProcessing");
