// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
import type { InvocationPromise } from "../../context/promise.js";
import type { RpcContext } from "../context/restate-context.js";
import type { KeyedEventHandler } from "./event.js";

/** Routes without keys: `async (ctx, request) => response`. */
export type UnKeyedRouter = Record<string, (ctx: RpcContext, request: any) => Promise<any>>;
/** Routes with a key: `async (ctx, key, request) => response`, or event handlers. */
export type KeyedRouter = Record<
  string,
  ((ctx: RpcContext, key: string, request: any) => Promise<any>) | KeyedEventHandler
>;

/** Routes as their callers see them: without the context. A keyed route that takes nothing is called with its key. */
type RouteClient<F, R> = F extends KeyedEventHandler
  ? never
  : F extends () => Promise<any>
    ? (key: string) => R
    : F extends (ctx: any, ...args: infer P) => Promise<any>
      ? (...args: P) => R
      : never;

type ResultOf<F> = F extends (...args: any[]) => Promise<infer O> ? O : never;

export type RpcClient<M> = { [K in keyof M]: RouteClient<M[K], InvocationPromise<ResultOf<M[K]>>> };
export type RpcSendClient<M> = { [K in keyof M]: RouteClient<M[K], void> };
