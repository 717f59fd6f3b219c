import type { Context } from "./context/context.js";
import type { InvocationId, RestatePromise } from "./context/promise.js";

export { isSuspendedError } from "./errors.js";

/** What a context can do beyond its interface: `ctx as internal.ContextInternal`. May change with any version. */
export interface ContextInternal extends Context {
  /** Whether the handler is past its replay. Do not let it decide what the handler does: that is not the same on replay. */
  isProcessing(): boolean;

  /**
   * Resolves when the invocation is cancelled. Until then every call gives the same promise, afterwards one for the next
   * cancellation. Needs `explicitCancellation: true`; otherwise it never resolves.
   */
  cancellation(): RestatePromise<void>;

  /**
   * Cancels the calls, not the sends, made since the last time, also those that have ended. Needs
   * `explicitCancellation: true`; otherwise it does nothing, since cancellation is passed on anyway.
   * @returns the ids of the invocations that were told
   */
  cancelPreviousCalls(): RestatePromise<InvocationId[]>;
}
