import type { ContextImpl, ContextParts } from "../runtime/context-impl.js";
import type { ServiceHandlerOpts } from "./options.js";

/** How a handler is scheduled: `exclusive` and `workflow` run alone for their key. */
export type HandlerKind = "service" | "exclusive" | "shared" | "workflow";

// biome-ignore lint/suspicious/noExplicitAny: the types of a handler live in its definition, at run time it takes anything
export type HandlerFunction = (ctx: any, input?: any) => Promise<unknown>;

/** A handler as the endpoint knows it. */
export interface Handler {
  readonly kind: HandlerKind;
  readonly fn: HandlerFunction;
  // biome-ignore lint/suspicious/noExplicitAny: serdes of every type
  readonly options: ServiceHandlerOpts<any, any> & { enableLazyState?: boolean };
  /** Makes the context of an invocation, where it is one with more to it. */
  readonly createContext?: ContextFactory;
}

export type ContextFactory = (parts: ContextParts) => ContextImpl;

/** Marks a function that was wrapped with options or a kind of its own. */
const HANDLER: unique symbol = Symbol.for("@pawl/sdk/handler");

type Wrapped = HandlerFunction & { [HANDLER]?: Handler };

/** Gives a function a kind and options. The function itself is left as it is, so that it can serve several services. */
export function wrapHandler(
  kind: HandlerKind,
  fn: HandlerFunction,
  options: Handler["options"],
  createContext?: ContextFactory,
): HandlerFunction {
  if (typeof fn !== "function") throw new TypeError("A handler must be a function.");
  const wrapped: Wrapped = function (this: unknown, ...args) {
    return fn.apply(this, args);
  };
  wrapped[HANDLER] = { kind, fn, options, ...(createContext && { createContext }) };
  return wrapped;
}

/** @returns the handler; a plain function becomes one of `defaultKind` without options */
export function toHandler(fn: HandlerFunction, defaultKind: HandlerKind): Handler {
  return (fn as Wrapped)[HANDLER] ?? { kind: defaultKind, fn, options: {} };
}
