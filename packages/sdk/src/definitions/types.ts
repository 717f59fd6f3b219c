// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
// biome-ignore-all lint/suspicious/noConfusingVoidType: void is how a handler without input spells it

import type {
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
} from "../context/restate-context.js";
import type { HandlerDescriptor } from "./descriptor.js";

/**
 * Carries the handlers' types through a definition; there is no such property at run time. It is a method, whose parameters
 * are compared both ways, so that definitions with inputs of different types fit into one collection.
 */
declare const handlersOf: unique symbol;

/**
 * A service, as callers need it: its name, and the types of its handlers.
 *
 * @example
 * ```ts
 * const greeter = pawl.service({
 *   name: "Greeter",
 *   handlers: { greet: async (_ctx: pawl.Context, name: string) => `Hello ${name}` },
 * });
 * type Greeter = typeof greeter;
 *
 * // Elsewhere, with nothing but the type:
 * const welcome = (ctx: pawl.Context) => ctx.serviceClient<Greeter>({ name: "Greeter" }).greet("Pete");
 * ```
 */
export interface ServiceDefinition<P extends string, M> {
  readonly name: P;
  [handlersOf]?(handlers: M): void;
}
/** A virtual object, as callers need it. */
export interface VirtualObjectDefinition<P extends string, M> {
  readonly name: P;
  [handlersOf]?(handlers: M): void;
}
/** A workflow, as callers need it. */
export interface WorkflowDefinition<P extends string, M> {
  readonly name: P;
  [handlersOf]?(handlers: M): void;
}

/** The handlers of a service; handlers stay as they are. */
export type Service<M> = M extends ServiceDefinition<string, infer S> ? S : M;
/** The handlers of an object; handlers stay as they are. */
export type VirtualObject<M> = M extends VirtualObjectDefinition<string, infer S> ? S : M;
/** The handlers of a workflow; handlers stay as they are. */
export type Workflow<M> = M extends WorkflowDefinition<string, infer S> ? S : M;

/** The definition of a service; handlers become the definition that has them. */
export type ServiceDefinitionFrom<M> =
  M extends ServiceDefinition<string, unknown> ? M : ServiceDefinition<string, M>;
/** The definition of an object; handlers become the definition that has them. */
export type VirtualObjectDefinitionFrom<M> =
  M extends VirtualObjectDefinition<string, unknown> ? M : VirtualObjectDefinition<string, M>;
/** The definition of a workflow; handlers become the definition that has them. */
export type WorkflowDefinitionFrom<M> =
  M extends WorkflowDefinition<string, unknown> ? M : WorkflowDefinition<string, M>;

/** F if it is a handler for contexts of type C, else what it should have been (so that the compiler can say it). */
type HandlerFor<F, C> = F extends (ctx: C) => Promise<any>
  ? F
  : F extends (ctx: C, input: any) => Promise<any>
    ? F
    : (ctx: C, input?: any) => Promise<any>;

/** F if it is a handler of a service, else the handler that it should be. */
export type ServiceHandler<F, C = RestateContext> = HandlerFor<F, C>;
/** F if it is an exclusive handler of an object, else the handler that it should be. */
export type ObjectHandler<F, C = RestateObjectContext> = HandlerFor<F, C>;
/** F if it is a shared handler of an object, else the handler that it should be. */
export type ObjectSharedHandler<F, C = RestateObjectSharedContext> = HandlerFor<F, C>;
/** F if it can be the workflow itself, else the handler that it should be. */
export type WorkflowHandler<F, C = RestateWorkflowContext> = HandlerFor<F, C>;
/** F if it is a handler beside the workflow, else the handler that it should be. */
export type WorkflowSharedHandler<F, C = RestateWorkflowSharedContext> = HandlerFor<F, C>;

/**
 * The type of a handler's input; void if it has none.
 *
 * @example
 * ```ts
 * const greet = async (ctx: pawl.Context, name: string) => `Hello ${name}`;
 * type Name = pawl.ArgType<typeof greet>; // string
 * ```
 */
export type ArgType<F> = F extends (ctx: any) => any
  ? void
  : F extends (ctx: any, input: infer I) => any
    ? I
    : never;

/**
 * The type of a handler's result.
 *
 * @example
 * ```ts
 * const greet = async (ctx: pawl.Context, name: string) => `Hello ${name}`;
 * type Greeting = pawl.HandlerReturnType<typeof greet>; // string
 * ```
 */
export type HandlerReturnType<F> = F extends (...args: any[]) => PromiseLike<infer O> ? O : never;

type AnyFunction = (...args: any[]) => unknown;

/**
 * The type of the input of a handler, or of its descriptor.
 *
 * @example
 * ```ts
 * const greet = pawl.iface.json<string, number>();
 * type Name = pawl.InferInput<typeof greet>; // string
 * ```
 */
export type InferInput<D> = D extends AnyFunction
  ? ArgType<D>
  : D extends HandlerDescriptor<infer I, any, any>
    ? I
    : any;

/**
 * The type of the result of a handler, or of its descriptor.
 *
 * @example
 * ```ts
 * const greet = pawl.iface.json<string, number>();
 * type Length = pawl.InferOutput<typeof greet>; // number
 * ```
 */
export type InferOutput<D> = D extends AnyFunction
  ? HandlerReturnType<D>
  : D extends HandlerDescriptor<any, infer O, any>
    ? O
    : any;
