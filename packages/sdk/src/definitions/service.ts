import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "../context/context.js";
import { type Handler, type HandlerFunction, type HandlerKind, toHandler } from "./handler.js";
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

type ReservedWorkflowHandler = "workflowSubmit" | "workflowAttach" | "workflowOutput";

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

const IMPLEMENTATION = Symbol("pawl.implementation");

// The endpoint manifest's schema; a server refuses other names at registration.
const SERVICE_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const HANDLER_NAME = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;
const RESERVED_HANDLERS: ReadonlySet<string> = new Set<ReservedWorkflowHandler>([
  "workflowSubmit",
  "workflowAttach",
  "workflowOutput",
]);

/**
 * Defines a service: stateless handlers, as many at a time as come.
 * @throws TypeError when a name is not allowed
 */
export function service<P extends string, M>(
  definition: Definition<P, ServiceOptions> & { handlers: ServiceOpts<M> & ThisType<M> },
): ServiceDefinition<P, M> {
  return define("SERVICE", definition, () => "service");
}

/**
 * Defines a virtual object: handlers with a key and state; exclusive ones run one at a time for each key.
 * @throws TypeError when a name is not allowed
 */
export function object<P extends string, M>(
  definition: Definition<P, ObjectOptions> & { handlers: ObjectOpts<M> & ThisType<M> },
): VirtualObjectDefinition<P, M> {
  return define("VIRTUAL_OBJECT", definition, () => "exclusive");
}

/**
 * Defines a workflow: `run` is executed once for each key, other handlers work beside it.
 * @throws TypeError when a name is not allowed or there is no `run`
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

function define<P extends string>(
  type: ServiceType,
  definition: Definition<P, WorkflowOptions> & { handlers: object },
  defaultKind: (handler: string) => HandlerKind,
): { readonly name: P; readonly [IMPLEMENTATION]: BoundService } {
  const { name, description, metadata, options } = definition;
  if (!SERVICE_NAME.test(name)) throw new TypeError(`'${name}' is not a valid service name.`);
  const handlers = new Map<string, Handler>();
  for (const [handlerName, fn] of Object.entries(definition.handlers)) {
    if (!HANDLER_NAME.test(handlerName)) throw new TypeError(`'${handlerName}' is not a valid handler name.`);
    if (type === "WORKFLOW" && RESERVED_HANDLERS.has(handlerName)) {
      throw new TypeError(`'${handlerName}' is a reserved handler name.`);
    }
    if (typeof fn !== "function") throw new TypeError(`Handler ${name}/${handlerName} is not a function.`);
    const handler = toHandler(fn as HandlerFunction, defaultKind(handlerName));
    // Handlers may call each other as methods of the object that they were defined in.
    handlers.set(handlerName, { ...handler, fn: handler.fn.bind(definition.handlers) });
  }
  const implementation: BoundService = {
    name,
    type,
    handlers,
    options: options ?? {},
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
  };
  return { name, [IMPLEMENTATION]: implementation };
}

/**
 * @returns what the endpoint needs to serve a definition
 * @throws TypeError if it was not made by `service`, `object` or `workflow`
 */
export function implementationOf(definition: { readonly name: string }): BoundService {
  const implementation = (definition as { [IMPLEMENTATION]?: BoundService })[IMPLEMENTATION];
  if (implementation === undefined) {
    throw new TypeError(
      `'${definition.name}' has no handlers: define it with service(), object() or workflow().`,
    );
  }
  return implementation;
}
