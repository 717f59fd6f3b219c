import type { InvocationId } from "./promise.js";

/** What an invocation calls. Prints as `service/handler` or `service/key/handler`. */
export type Target = {
  readonly service: string;
  readonly handler: string;
  readonly key?: string;
  toString(): string;
};

/** The request behind an invocation. */
export type Request = {
  readonly target: Target;
  /** The same on every attempt. */
  readonly id: InvocationId;
  /** Headers that the caller sent. */
  readonly headers: ReadonlyMap<string, string>;
  /** Headers of this attempt, from the server: for instance `traceparent`. They differ between attempts. */
  readonly attemptHeaders: ReadonlyMap<string, string | string[] | undefined>;
  /** The input as bytes. */
  readonly body: Uint8Array;
  /** What the platform passed beside the request (Lambda context, worker environment). Not the same on every attempt. */
  readonly extraArgs: unknown[];
  /** Known from service protocol V7 on. */
  readonly idempotencyKey?: string;
  /** Known from service protocol V7 on. */
  readonly scope?: string;
  /** Known from service protocol V7 on. */
  readonly limitKey?: string;
  /**
   * Aborted when this attempt is over, however it ended, and interceptors were told why. For cleaning up what attempts share,
   * and for stopping the closures of runs.
   */
  readonly attemptCompletedSignal: AbortSignal;
};
