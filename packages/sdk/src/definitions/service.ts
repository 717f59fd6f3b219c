import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "../context/context.js";
import {
  type Descriptor,
  type DescriptorKind,
  type HandlerDescriptor,
  makeHandlerDescriptor,
} from "./descriptor.js";
import { type Handler, type HandlerFunction, type HandlerKind, toHandler } from "./handler.js";
import {
  checkHandlerName,
  checkServiceName,
  checkWorkflowHandlerName,
  type ReservedWorkflowHandler,
} from "./names.js";
import type { ObjectOptions, ServiceOptions, WorkflowOptions } from "./options.js";
import type {
  ObjectHandler,
  ServiceDefinition,
  ServiceHandler,
  VirtualObjectDefinition,
  WorkflowDefinition,
  WorkflowHandler,
  WorkflowSharedHandler,
} from "./types.js";

/** Handlers of a service: `async (ctx, input?) => output`. */
export type ServiceOpts<U> = { [K in keyof U]: ServiceHandler<U[K], Context> };

/** Handlers of an object; plain functions are exclusive. */
export type ObjectOpts<U> = {
  // biome-ignore lint/suspicious/noExplicitAny: the state's type is the handler's own business
  [K in keyof U]: U[K] extends ObjectHandler<U[K], ObjectContext<any>>
    ? U[K]
    : // biome-ignore lint/suspicious/noExplicitAny: as above
      U[K] extends ObjectHandler<U[K], ObjectSharedContext<any>>
      ? U[K]
      : // biome-ignore lint/suspicious/noExplicitAny: as above
        ObjectHandler<U[K], ObjectContext<any>> | ObjectHandler<U[K], ObjectSharedContext<any>>;
};

/** Handlers of a workflow: `run` is the workflow itself, the others are shared. */
export type WorkflowOpts<U> = {
  // biome-ignore lint/suspicious/noExplicitAny: any workflow
  run: (ctx: WorkflowContext<any>, argument: any) => Promise<any>;
} & {
  [K in keyof U]: K extends ReservedWorkflowHandler
    ? `${K} is a reserved name`
    : K extends "run"
      ? // biome-ignore lint/suspicious/noExplicitAny: the state's type is the handler's own business
        U[K] extends WorkflowHandler<U[K], WorkflowContext<any>>
        ? U[K]
        : "The handler 'run' takes a WorkflowContext first and returns a Promise"
      : // biome-ignore lint/suspicious/noExplicitAny: as above
        U[K] extends WorkflowSharedHandler<U[K], WorkflowSharedContext<any>>
        ? U[K]
        : "A handler beside 'run' takes a WorkflowSharedContext first and returns a Promise";
};

interface Definition<P, O> {
  name: P;
  description?: string;
  metadata?: Record<string, string>;
  options?: O;
}

export type ServiceType = "SERVICE" | "VIRTUAL_OBJECT" | "WORKFLOW";

/** A definition as the endpoint sees it. */
export interface BoundService {
  readonly name: string;
  readonly type: ServiceType;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly options: WorkflowOptions;
}

const IMPLEMENTATION: unique symbol = Symbol.for("@pawl/sdk/implementation");

/**
 * Defines a service: stateless handlers, as many at a time as come.
 * @throws TypeError when a name is not allowed
 *
 * @example
 * ```ts
 * const greeter = pawl.service({
 *   name: "Greeter",
 *   handlers: { greet: async (_ctx: pawl.Context, name: string) => `Hello ${name}` },
 * });
 * ```
 */
export function service<P extends string, M>(
  definition: Definition<P, ServiceOptions> & { handlers: ServiceOpts<M> & ThisType<M> },
): ServiceDefinition<P, M> {
  return define("SERVICE", definition, () => "service");
}

/**
 * Defines a virtual object: handlers with a key and state; exclusive ones run one at a time for each key.
 * @throws TypeError when a name is not allowed
 *
 * @example
 * ```ts
 * const counter = pawl.object({
 *   name: "Counter",
 *   handlers: {
 *     add: async (ctx: pawl.ObjectContext, by: number) => {
 *       const count = ((await ctx.get<number>("count")) ?? 0) + by;
 *       ctx.set("count", count);
 *       return count;
 *     },
 *   },
 * });
 * ```
 */
export function object<P extends string, M>(
  definition: Definition<P, ObjectOptions> & { handlers: ObjectOpts<M> & ThisType<M> },
): VirtualObjectDefinition<P, M> {
  return define("VIRTUAL_OBJECT", definition, () => "exclusive");
}

/**
 * Defines a workflow: `run` is executed once for each key, other handlers work beside it.
 * @throws TypeError when a name is not allowed or there is no `run`
 *
 * @example
 * ```ts
 * const signup = pawl.workflow({
 *   name: "Signup",
 *   handlers: {
 *     run: async (ctx: pawl.WorkflowContext, email: string) => {
 *       await ctx.run("send a mail", () => console.log(`to ${email}`));
 *       return ctx.promise<string>("clicked").get().orTimeout({ days: 1 });
 *     },
 *     click: async (ctx: pawl.WorkflowSharedContext, link: string) => ctx.promise<string>("clicked").resolve(link),
 *   },
 * });
 * ```
 */
export function workflow<P extends string, M>(
  definition: Definition<P, WorkflowOptions> & { handlers: WorkflowOpts<M> & ThisType<M> },
): WorkflowDefinition<P, M> {
  const defined = define("WORKFLOW", definition, (name) => (name === "run" ? "workflow" : "shared"));
  const { handlers } = defined[IMPLEMENTATION];
  if (handlers.get("run")?.kind !== "workflow") {
    throw new TypeError(`Workflow '${definition.name}' needs a handler 'run' that is the workflow itself.`);
  }
  return defined;
}

/** A definition at run time: also the descriptor of its handlers, so that clients find their serdes. */
type Defined<P extends string> = Descriptor<P> & { readonly [IMPLEMENTATION]: BoundService };

function define<P extends string>(
  type: ServiceType,
  definition: Definition<P, WorkflowOptions> & { handlers: object },
  defaultKind: (handler: string) => HandlerKind,
): Defined<P> {
  const { name, description, metadata, options = {} } = definition;
  checkServiceName(name);
  // What types promise is looked at once more: a program without them finds out here, and not where it is called.
  if (typeof definition.handlers !== "object") throw new TypeError(`'${name}' has no handlers.`);
  const handlers = new Map<string, Handler>();
  for (const [handlerName, fn] of Object.entries(definition.handlers)) {
    checkHandlerName(handlerName);
    if (type === "WORKFLOW") checkWorkflowHandlerName(handlerName);
    if (typeof fn !== "function") throw new TypeError(`Handler ${name}/${handlerName} is not a function.`);
    const handler = toHandler(fn as HandlerFunction, defaultKind(handlerName));
    // Handlers may call each other as methods of the object that they were defined in.
    handlers.set(handlerName, { ...handler, fn: handler.fn.bind(definition.handlers) });
  }
  const implementation: BoundService = {
    name,
    type,
    handlers,
    options,
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
  };
  return {
    name,
    _kind: descriptorKinds[type],
    _handlers: Object.fromEntries(
      Array.from(handlers, ([handlerName, handler]) => [handlerName, toDescriptor(handler, options)]),
    ),
    [IMPLEMENTATION]: implementation,
  };
}

const descriptorKinds = {
  SERVICE: "service",
  VIRTUAL_OBJECT: "object",
  WORKFLOW: "workflow",
} as const satisfies Record<ServiceType, DescriptorKind>;

function toDescriptor({ kind, options }: Handler, serviceOptions: ServiceOptions): HandlerDescriptor {
  const byDefault = options.serde ?? serviceOptions.serde;
  return makeHandlerDescriptor(options.input ?? byDefault, options.output ?? byDefault, kind === "shared");
}

/**
 * @returns what the endpoint needs to serve a definition
 * @throws TypeError if it was not made by `service`, `object` or `workflow`
 */
export function implementationOf(definition: { readonly name: string }): BoundService {
  if (definition === undefined) {
    throw new TypeError(
      "One of the services is undefined: modules that import each other see it before it is defined. Let one import the type " +
        "of the other's service alone.",
    );
  }
  const implementation = (definition as { [IMPLEMENTATION]?: BoundService })[IMPLEMENTATION];
  if (implementation === undefined) {
    throw new TypeError(
      `'${definition.name}' has no handlers: define it with service(), object() or workflow().`,
    );
  }
  return implementation;
}
