import type { Duration } from "../duration.js";
import type { TerminalError } from "../errors.js";

/**
 * The result of a durable operation. Awaiting it lets the invocation suspend, and its outcome is the same on replay.
 *
 * Combine such promises with `RestatePromise.all`, `race`, `any` and `allSettled`: the combinators of the language do not
 * know the order of the journal.
 *
 * @example
 * ```ts
 * async function approval(ctx: pawl.Context) {
 *   const { id, promise } = ctx.awakeable<boolean>();
 *   ctx.console.log(`Approve with ${id}`);
 *   return promise.orTimeout({ days: 1 });
 * }
 * ```
 */
export type RestatePromise<T> = Promise<T> & {
  /**
   * The same result, or a TimeoutError when it takes longer. The timer is durable.
   * @param duration a number is milliseconds
   */
  orTimeout(duration: Duration | number): RestatePromise<T>;
  /**
   * The result of `mapper`, which runs once somebody awaits this. Use it instead of `.then` where the promise goes on
   * into a combinator. A TerminalError thrown by the mapper rejects; any other error fails the attempt.
   */
  map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U>;
};

/** @deprecated the name of {@link RestatePromise} in earlier versions */
export type CombineablePromise<T> = RestatePromise<T>;

/** The id of an invocation as text, `inv_1...`. */
export type InvocationId = string & { readonly __brand: "InvocationId" };

/**
 * Makes ids of invocations from text.
 *
 * @example
 * ```ts
 * const cancel = (ctx: pawl.Context, id: string) => ctx.cancel(pawl.InvocationIdParser.fromString(id));
 * ```
 */
export const InvocationIdParser: {
  /** Takes a text for an invocation id. It is not checked. */
  fromString(id: string): InvocationId;
} = {
  fromString: (id) => id as InvocationId,
};

/** A call or send under way. */
export type InvocationHandle = {
  /** Known as soon as the server has stored the call. */
  readonly invocationId: Promise<InvocationId>;
};

/** The result of a call, and the id of the invocation that was called. */
export type InvocationPromise<T> = RestatePromise<T> & InvocationHandle;

/**
 * A promise of a workflow: its handlers complete it, any of them may wait for it. Its name is unique in the workflow.
 *
 * @example
 * ```ts
 * const approval = pawl.workflow({
 *   name: "Approval",
 *   handlers: {
 *     run: async (ctx: pawl.WorkflowContext) => ctx.promise<boolean>("approved"),
 *     approve: async (ctx: pawl.WorkflowSharedContext, yes: boolean) => {
 *       await ctx.promise<boolean>("approved").resolve(yes);
 *     },
 *   },
 * });
 * ```
 */
export type DurablePromise<T> = Promise<T> & {
  /** The value if it is completed, undefined otherwise. Does not wait. @throws TerminalError if it was rejected */
  peek(): Promise<T | undefined>;
  /** @throws TerminalError (409) if it is completed already */
  resolve(value?: T): Promise<void>;
  /** @throws TerminalError (409) if it is completed already */
  reject(errorMsg: string): Promise<void>;
  /** The promise in a form that combines with others. */
  get(): RestatePromise<T>;
};
