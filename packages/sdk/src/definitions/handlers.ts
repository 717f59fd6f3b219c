import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  TypedState,
  UntypedState,
  WorkflowContext,
  WorkflowSharedContext,
} from "../context/context.js";
import { type HandlerFunction, type HandlerKind, wrapHandler } from "./handler.js";
import type { ObjectHandlerOpts, ServiceHandlerOpts, WorkflowHandlerOpts } from "./options.js";

/** A handler without input is called without one. */
export type RemoveVoidArgument<F> = F extends (ctx: infer C, arg: infer A) => infer R
  ? A extends void
    ? (ctx: C) => R
    : F
  : F;

type Fn<C, I, O> = (ctx: C, input: I) => Promise<O>;

// biome-ignore lint/suspicious/noExplicitAny: options of any handler; the public overloads carry the types
type AnyOptions = ObjectHandlerOpts<any, any>;

function wrap(kind: HandlerKind, optsOrFn: unknown, fn: unknown): never {
  const [options, handler] = typeof optsOrFn === "function" ? [{}, optsOrFn] : [optsOrFn, fn];
  return wrapHandler(kind, handler as HandlerFunction, options as AnyOptions) as never;
}

/**
 * Wrappers that give a handler options, and inside of objects and workflows its kind.
 *
 * @example
 * ```ts
 * const counter = pawl.object({
 *   name: "Counter",
 *   handlers: {
 *     add: pawl.handlers.object.exclusive(
 *       { journalRetention: { hours: 1 } },
 *       async (ctx: pawl.ObjectContext, by: number) => ctx.set("count", ((await ctx.get<number>("count")) ?? 0) + by),
 *     ),
 *     current: pawl.handlers.object.shared(async (ctx: pawl.ObjectSharedContext) => ctx.get<number>("count")),
 *   },
 * });
 * ```
 */
export namespace handlers {
  /** A handler of a service, with options. */
  export function handler<O, I = void>(
    opts: ServiceHandlerOpts<I, O>,
    fn: Fn<Context, I, O>,
  ): RemoveVoidArgument<typeof fn> {
    return wrap("service", opts, fn);
  }

  export namespace object {
    /** Runs alone for its key, may change state. The default inside of an object. */
    export function exclusive<O, I = void, TState extends TypedState = UntypedState>(
      opts: ObjectHandlerOpts<I, O>,
      fn: Fn<ObjectContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function exclusive<O, I = void, TState extends TypedState = UntypedState>(
      fn: Fn<ObjectContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function exclusive(optsOrFn: unknown, fn?: unknown): unknown {
      return wrap("exclusive", optsOrFn, fn);
    }

    /** Runs at any time, beside others of its key; reads state only. */
    export function shared<O, I = void, TState extends TypedState = UntypedState>(
      opts: ObjectHandlerOpts<I, O>,
      fn: Fn<ObjectSharedContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function shared<O, I = void, TState extends TypedState = UntypedState>(
      fn: Fn<ObjectSharedContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function shared(optsOrFn: unknown, fn?: unknown): unknown {
      return wrap("shared", optsOrFn, fn);
    }
  }

  export namespace workflow {
    /** The workflow itself: the handler named `run`, at most once per key. */
    export function workflow<O, I = void, TState extends TypedState = UntypedState>(
      opts: WorkflowHandlerOpts<I, O>,
      fn: Fn<WorkflowContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function workflow<O, I = void, TState extends TypedState = UntypedState>(
      fn: Fn<WorkflowContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function workflow(optsOrFn: unknown, fn?: unknown): unknown {
      return wrap("workflow", optsOrFn, fn);
    }

    /** Runs beside the workflow: reads its state, reads and completes its promises. */
    export function shared<O, I = void, TState extends TypedState = UntypedState>(
      opts: WorkflowHandlerOpts<I, O>,
      fn: Fn<WorkflowSharedContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function shared<O, I = void, TState extends TypedState = UntypedState>(
      fn: Fn<WorkflowSharedContext<TState>, I, O>,
    ): RemoveVoidArgument<typeof fn>;
    export function shared(optsOrFn: unknown, fn?: unknown): unknown {
      return wrap("shared", optsOrFn, fn);
    }
  }
}

/**
 * The same as `handlers.handler`.
 *
 * @example
 * ```ts
 * const ping = pawl.createServiceHandler({ ingressPrivate: true }, async (_ctx: pawl.Context) => "pong");
 * ```
 */
export const createServiceHandler: typeof handlers.handler = handlers.handler;
/**
 * The same as `handlers.object.exclusive`.
 *
 * @example
 * ```ts
 * const add = pawl.createObjectHandler(async (ctx: pawl.ObjectContext, by: number) => ctx.set("by", by));
 * ```
 */
export const createObjectHandler: typeof handlers.object.exclusive = handlers.object.exclusive;
/**
 * The same as `handlers.object.shared`.
 *
 * @example
 * ```ts
 * const peek = pawl.createObjectSharedHandler(async (ctx: pawl.ObjectSharedContext) => ctx.get<number>("by"));
 * ```
 */
export const createObjectSharedHandler: typeof handlers.object.shared = handlers.object.shared;
/**
 * The same as `handlers.workflow.workflow`.
 *
 * @example
 * ```ts
 * const run = pawl.createWorkflowHandler(async (ctx: pawl.WorkflowContext, days: number) => ctx.sleep({ days }));
 * ```
 */
export const createWorkflowHandler: typeof handlers.workflow.workflow = handlers.workflow.workflow;
/**
 * The same as `handlers.workflow.shared`.
 *
 * @example
 * ```ts
 * const approve = pawl.createWorkflowSharedHandler(async (ctx: pawl.WorkflowSharedContext, yes: boolean) =>
 *   ctx.promise<boolean>("approved").resolve(yes),
 * );
 * ```
 */
export const createWorkflowSharedHandler: typeof handlers.workflow.shared = handlers.workflow.shared;
