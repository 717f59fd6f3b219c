import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "../context/context.js";
import type { Descriptor, DescriptorKind, HandlerDescriptor, HandlerDescriptors } from "./descriptor.js";
import { type HandlerFunction, type HandlerKind, wrapHandler } from "./handler.js";
import type {
  ObjectHandlerOpts,
  ObjectOptions,
  ServiceHandlerOpts,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./options.js";
import { object, service, workflow } from "./service.js";
import type {
  InferInput,
  InferOutput,
  ServiceDefinition,
  VirtualObjectDefinition,
  WorkflowDefinition,
} from "./types.js";

/**
 * A handler with a context C, an input I and an output O.
 *
 * @example
 * ```ts
 * const ping: pawl.FnOf<pawl.Context, void, string> = async () => "pong";
 * ```
 */
// biome-ignore lint/suspicious/noConfusingVoidType: void is how a handler without input spells it
export type FnOf<C, I, O> = [I] extends [void] ? (ctx: C) => Promise<O> : (ctx: C, input: I) => Promise<O>;

/** The handlers that an interface of a service asks for. */
export type ServiceImplHandlers<H extends HandlerDescriptors> = {
  [K in keyof H]: FnOf<Context, InferInput<H[K]>, InferOutput<H[K]>>;
};

/** The handlers that an interface of an object asks for. */
export type ObjectImplHandlers<H extends HandlerDescriptors> = {
  // biome-ignore lint/suspicious/noExplicitAny: handlers of every type
  [K in keyof H]: H[K] extends HandlerDescriptor<any, any, infer Shared>
    ? FnOf<Shared extends true ? ObjectSharedContext : ObjectContext, InferInput<H[K]>, InferOutput<H[K]>>
    : never;
};

/** The handlers that an interface of a workflow asks for. */
export type WorkflowImplHandlers<H extends HandlerDescriptors> = {
  [K in keyof H]: FnOf<
    K extends "run" ? WorkflowContext : WorkflowSharedContext,
    InferInput<H[K]>,
    InferOutput<H[K]>
  >;
};

/** Options of one handler of an implemented service. Its serdes are the interface's. */
export type ServicePerHandlerOpts = Omit<ServiceHandlerOpts<unknown, unknown>, "input" | "output">;
/** Options of one handler of an implemented object. Its serdes are the interface's. */
export type ObjectPerHandlerOpts = Omit<ObjectHandlerOpts<unknown, unknown>, "input" | "output">;
/** Options of one handler of an implemented workflow. Its serdes are the interface's. */
export type WorkflowPerHandlerOpts = Omit<WorkflowHandlerOpts<unknown, unknown>, "input" | "output">;

/** What there is to say for each kind. One signature with this table, not one for each: so errors show where they are. */
interface Kinds<H extends HandlerDescriptors> {
  service: {
    handlers: ServiceImplHandlers<H>;
    options: ServiceOptions;
    perHandler: ServicePerHandlerOpts;
  };
  object: { handlers: ObjectImplHandlers<H>; options: ObjectOptions; perHandler: ObjectPerHandlerOpts };
  workflow: {
    handlers: WorkflowImplHandlers<H>;
    options: WorkflowOptions;
    perHandler: WorkflowPerHandlerOpts;
  };
}

interface Implementation<H extends HandlerDescriptors, Kind extends DescriptorKind> {
  handlers: Kinds<H>[Kind]["handlers"];
  /** Default: that of the interface. */
  description?: string;
  /** Default: that of the interface. */
  metadata?: Record<string, string>;
  options?: Kinds<H>[Kind]["options"] & {
    /** Options of single handlers. A description or metadata here replaces that of the interface. */
    handlers?: { [K in keyof H]?: Kinds<H>[Kind]["perHandler"] };
  };
}

interface ImplementationOf<P extends string, H extends HandlerDescriptors> {
  service: ServiceDefinition<P, ServiceImplHandlers<H>>;
  object: VirtualObjectDefinition<P, ObjectImplHandlers<H>>;
  workflow: WorkflowDefinition<P, WorkflowImplHandlers<H>>;
}

/**
 * Gives an interface its handlers. The result is both: serve it, and call it.
 *
 * @throws TypeError if a handler is missing
 *
 * @example
 * ```ts
 * const Greeter = pawl.iface.service("Greeter", { greet: pawl.iface.json<string, string>() });
 *
 * const greeter = pawl.implement(Greeter, {
 *   handlers: { greet: async (ctx, name) => `Hello ${name}` },
 *   options: { inactivityTimeout: { minutes: 1 }, handlers: { greet: { ingressPrivate: true } } },
 * });
 *
 * await pawl.serve({ services: [greeter] });
 * ```
 */
export function implement<P extends string, H extends HandlerDescriptors, Kind extends DescriptorKind>(
  contract: Descriptor<P, H, Kind>,
  implementation: Implementation<H, Kind>,
): ImplementationOf<P, H>[Kind] & Descriptor<P, H, Kind>;
export function implement(contract: Descriptor, implementation: AnyImplementation): Descriptor {
  const { handlers: perHandler = {}, ...options } = implementation.options ?? {};
  const handlers: Record<string, HandlerFunction> = {};
  for (const [name, declared] of Object.entries(contract._handlers)) {
    const fn = implementation.handlers[name];
    if (typeof fn !== "function") {
      throw new TypeError(
        `The interface ${contract.name} declares a handler '${name}', which is not implemented.`,
      );
    }
    handlers[name] = wrapHandler(kindOf(contract._kind, name, declared), fn, {
      ...toOptions(declared),
      ...perHandler[name],
    });
  }
  const description = implementation.description ?? contract._description;
  const metadata = implementation.metadata ?? contract._metadata;
  const definition = {
    name: contract.name,
    handlers,
    options,
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
  };
  return { ...contract, ...defineByKind[contract._kind](definition as never) };
}

type AnyImplementation = Omit<Implementation<HandlerDescriptors, "workflow">, "handlers"> & {
  handlers: Record<string, HandlerFunction>;
};

const defineByKind = { service, object, workflow } as const;

function kindOf(kind: DescriptorKind, name: string, { _shared }: HandlerDescriptor): HandlerKind {
  switch (kind) {
    case "service":
      return "service";
    case "object":
      return _shared === true ? "shared" : "exclusive";
    case "workflow":
      return name === "run" ? "workflow" : "shared";
  }
}

// biome-ignore lint/suspicious/noExplicitAny: serdes of every type
function toOptions(declared: HandlerDescriptor): ServiceHandlerOpts<any, any> {
  const { _inputSerde, _outputSerde, _description, _metadata } = declared;
  return {
    ...(_inputSerde !== undefined && { input: _inputSerde }),
    ...(_outputSerde !== undefined && { output: _outputSerde }),
    ...(_description !== undefined && { description: _description }),
    ...(_metadata !== undefined && { metadata: _metadata }),
  };
}
