import { runInThisContext } from "node:vm";
import type { Context } from "../context/context.js";
import type { HandlerFunction } from "../definitions/handler.js";
import { RestatePromise } from "./restate-promise.js";

/**
 * A handler in a file of its own, outside of the SDK, since the SDK tells its own frames on a stack from others.
 * @param file what stacks name
 * @param body of `async (ctx, input, { RestatePromise }) => { ... }`, from line 2 of the file on
 */
export function userCode(file: string, body: string): (ctx: Context) => Promise<unknown> {
  const fn = runInThisContext(`(async function handler(ctx, input, { RestatePromise }) {\n${body}\n})`, {
    filename: file,
  }) as HandlerFunction & ((ctx: unknown, input: unknown, sdk: unknown) => Promise<unknown>);
  return function handler(ctx: Context, input?: unknown) {
    return fn(ctx, input, { RestatePromise });
  };
}
