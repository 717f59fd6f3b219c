import type { Duration } from "../duration.js";
import type { TerminalError } from "../errors.js";
import type { HooksProvider } from "../hooks/hooks.js";
import type { Serde } from "../serde.js";

/** How the server retries an invocation whose attempts fail. Absent fields take the server's defaults. */
export type RetryPolicy = {
  /** Attempts in all, the first one included. */
  maxAttempts?: number;
  /** What happens after the last attempt. Server's default: pause. */
  onMaxAttempts?: "pause" | "kill";
  /** A number is milliseconds. */
  initialInterval?: Duration | number;
  /** A number is milliseconds. */
  maxInterval?: Duration | number;
  /** The factor by which the interval grows. */
  exponentiationFactor?: number;
};

/**
 * Options of a whole service. Those of a handler win over those of its service. Plain numbers are milliseconds.
 *
 * @example
 * ```ts
 * class OutOfStock extends Error {}
 *
 * const options: pawl.ServiceOptions = {
 *   idempotencyRetention: { days: 1 },
 *   inactivityTimeout: { minutes: 5 },
 *   retryPolicy: { initialInterval: { milliseconds: 100 }, maxAttempts: 10, onMaxAttempts: "pause" },
 *   asTerminalError: (error) =>
 *     error instanceof OutOfStock ? new pawl.TerminalError("Out of stock", { errorCode: 409 }) : undefined,
 * };
 * ```
 */
export type ServiceOptions = {
  /** How long results of requests with an idempotency key are kept. */
  idempotencyRetention?: Duration | number;
  /** How long journals of completed invocations are kept. */
  journalRetention?: Duration | number;
  /** After this time without progress the server asks the handler to suspend. */
  inactivityTimeout?: Duration | number;
  /** After this time beyond `inactivityTimeout` the server aborts the attempt. */
  abortTimeout?: Duration | number;
  /** True: only other services may call, not the ingress. */
  ingressPrivate?: boolean;
  retryPolicy?: RetryPolicy;
  /** Says which of your own errors are terminal; return undefined for those to be retried. Also applies inside of `run`. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever was thrown
  asTerminalError?: (error: any) => TerminalError | undefined;
  /** The serde where none is named. Default `serde.json`. */
  // biome-ignore lint/suspicious/noExplicitAny: it serves values of every type
  serde?: Serde<any>;
  /**
   * Code around handlers and runs. The first one is the outermost; those of a handler are inside of those of its service,
   * which replace those of the endpoint.
   */
  hooks?: HooksProvider[];
  /** True: cancellation does not fail the current await; the handler looks for it itself. */
  explicitCancellation?: boolean;
  /** What happens to an invocation whose code no longer fits its journal (V7). Default "retry". */
  onJournalMismatchErrors?: "retry" | "pause" | "fail";
};

/** Options of a virtual object. */
export type ObjectOptions = ServiceOptions & {
  /** True: state is not sent along with the invocation but fetched key by key. */
  enableLazyState?: boolean;
};

/** Options of a workflow. */
export type WorkflowOptions = ObjectOptions & {
  /** How long the result, state and promises of a completed workflow are kept. */
  workflowRetention?: Duration | number;
};

/** Options of a handler; see `handlers.handler`. Those of its service serve where a handler says nothing. */
export type ServiceHandlerOpts<I, O> = ServiceOptions & {
  /** Content types that the ingress accepts, e.g. `application/*`. Default: the content type of the input serde. */
  accept?: string;
  input?: Serde<I>;
  output?: Serde<O>;
  /** True: an empty output carries the content type of the output serde, too. Default false. */
  setOutputContentTypeIfEmpty?: boolean;
  description?: string;
  metadata?: Record<string, string>;
};

/** Options of a handler of an object; see `handlers.object`. */
export type ObjectHandlerOpts<I, O> = ServiceHandlerOpts<I, O> & {
  /** True: state is not sent along with the invocation but fetched key by key. */
  enableLazyState?: boolean;
};

/** Options of a handler of a workflow; see `handlers.workflow`. */
export type WorkflowHandlerOpts<I, O> = ObjectHandlerOpts<I, O>;
