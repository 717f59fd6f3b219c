import type {
  CombineablePromise as CombineablePromiseType,
  RestatePromise as RestatePromiseType,
} from "../context/promise.js";
import type { TerminalError } from "../errors.js";
import { All, AllSettled, Any, CombinableNode, Constant, Race } from "./combinators.js";
import type { DurableNode, PromiseScope } from "./node.js";

/**
 * Whether a value is a promise of the SDK.
 *
 * @example
 * ```ts
 * const assertDurable = (promise: Promise<unknown>) => {
 *   if (!pawl.isRestatePromise(promise)) throw new TypeError("Not durable");
 * };
 * ```
 */
export function isRestatePromise<T>(value: Promise<T>): value is RestatePromiseType<T>;
export function isRestatePromise(value: unknown): value is RestatePromiseType<unknown>;
export function isRestatePromise(value: unknown): value is RestatePromiseType<unknown> {
  return value instanceof CombinableNode;
}

type Promises = readonly RestatePromiseType<unknown>[];

/** The children, and the attempt that they all belong to. */
function nodesOf(values: Promises): [PromiseScope | undefined, DurableNode<unknown>[]] {
  let scope: PromiseScope | undefined;
  const nodes = values.map((value, index) => {
    if (!(value instanceof CombinableNode)) {
      throw new TypeError(
        `The promise at index ${index} is not a RestatePromise; only those can be combined.`,
      );
    }
    if (value.scope !== undefined) {
      if (scope !== undefined && scope !== value.scope) {
        throw new TypeError("RestatePromises of different invocations cannot be combined.");
      }
      scope = value.scope;
    }
    return value;
  });
  return [scope, nodes];
}

/** The type of what `RestatePromise` combines; see its description in `Context`. */
export type RestatePromise<T> = RestatePromiseType<T>;

/**
 * Combines promises of the SDK so that the outcome is the same on replay.
 *
 * @example
 * ```ts
 * async function first(ctx: pawl.Context) {
 *   return pawl.RestatePromise.race([ctx.sleep({ seconds: 5 }).map(() => "late"), ctx.awakeable<string>().promise]);
 * }
 * ```
 */
export const RestatePromise = {
  /** A promise with this value. A RestatePromise is returned as it is. */
  resolve<T>(value: T): RestatePromiseType<Awaited<T>> {
    if (isRestatePromise(value)) return value as RestatePromiseType<Awaited<T>>;
    return Constant.fulfilled(value as Awaited<T>);
  },

  reject<T = never>(reason: TerminalError): RestatePromiseType<T> {
    return Constant.rejected(reason);
  },

  /** All values, in the order of the promises; or the first rejection. */
  all<const T extends Promises>(values: T): RestatePromiseType<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
    return new All(...nodesOf(values)) as never;
  },

  /** What ends first, well or badly. */
  race<const T extends Promises>(values: T): RestatePromiseType<Awaited<T[number]>> {
    return new Race(...nodesOf(values)) as never;
  },

  /** The first value; an AggregateError if all are rejected. */
  any<const T extends Promises>(values: T): RestatePromiseType<Awaited<T[number]>> {
    return new Any(...nodesOf(values)) as never;
  },

  /** How each one ended, once all have. */
  allSettled<const T extends Promises>(
    values: T,
  ): RestatePromiseType<{ -readonly [P in keyof T]: PromiseSettledResult<Awaited<T[P]>> }> {
    return new AllSettled(...nodesOf(values)) as never;
  },
};

/** @deprecated the name of {@link RestatePromise} in earlier versions */
export const CombineablePromise = RestatePromise;
/** @deprecated the name of {@link RestatePromise} in earlier versions */
export type CombineablePromise<T> = CombineablePromiseType<T>;
