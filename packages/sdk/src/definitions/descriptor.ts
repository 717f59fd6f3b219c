// biome-ignore-all lint/suspicious/noExplicitAny: descriptors of handlers of every type
import type { Serde } from "../serde.js";
import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "./types.js";

/**
 * What an interface may say about itself or a handler, for people. Discovery announces it.
 *
 * @example
 * ```ts
 * const about: pawl.DescriptorOpts = { description: "Says hello", metadata: { team: "hospitality" } };
 * ```
 */
export type DescriptorOpts = {
  description?: string;
  metadata?: Record<string, string>;
};

/**
 * A handler as its interface declares it. Made by `iface.json`, `iface.serdes` and `iface.schemas`.
 *
 * The names of the properties are those of the official core package, so that interfaces declared with one package work
 * with clients and `implement` of the other.
 *
 * @example
 * ```ts
 * const greet: pawl.HandlerDescriptor<string, string> = pawl.iface.json<string, string>();
 * ```
 */
export type HandlerDescriptor<I = any, O = any, Shared extends boolean = boolean> = {
  /** Absent: the default serde of whoever reads or writes. */
  readonly _inputSerde?: Serde<I>;
  readonly _outputSerde?: Serde<O>;
  readonly _shared?: Shared;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
};

export type HandlerDescriptors = Record<string, HandlerDescriptor>;
export type DescriptorKind = "service" | "object" | "workflow";

/**
 * The interface of a service, object or workflow: its name and its handlers, without code. Made by `iface`.
 *
 * @example
 * ```ts
 * const any: pawl.Descriptor = pawl.iface.service("Greeter", { greet: pawl.iface.json<string, string>() });
 * ```
 */
export type Descriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
  Kind extends DescriptorKind = DescriptorKind,
> = {
  readonly name: P;
  readonly _kind: Kind;
  readonly _handlers: H;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
};

/** The interface of a service; see {@link Descriptor}. */
export type ServiceDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "service">;
/** The interface of a virtual object; see {@link Descriptor}. */
export type ObjectDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "object">;
/** The interface of a workflow; see {@link Descriptor}. */
export type WorkflowDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "workflow">;

/** A service that is an interface and its implementation in one. */
export type ImplementedServiceDefinition<P extends string, H extends HandlerDescriptors> = ServiceDefinition<
  P,
  any
> &
  ServiceDescriptor<P, H>;
/** A virtual object that is an interface and its implementation in one. */
export type ImplementedObjectDefinition<
  P extends string,
  H extends HandlerDescriptors,
> = VirtualObjectDefinition<P, any> & ObjectDescriptor<P, H>;
/** A workflow that is an interface and its implementation in one. */
export type ImplementedWorkflowDefinition<
  P extends string,
  H extends HandlerDescriptors,
> = WorkflowDefinition<P, any> & WorkflowDescriptor<P, H>;
/** An interface and its implementation in one, of the kind named. */
export type ImplementedDefinition<
  P extends string,
  H extends HandlerDescriptors,
  Kind extends DescriptorKind,
> = Kind extends "service"
  ? ImplementedServiceDefinition<P, H>
  : Kind extends "object"
    ? ImplementedObjectDefinition<P, H>
    : ImplementedWorkflowDefinition<P, H>;

/**
 * The type of values that a serde reads and writes.
 *
 * @example
 * ```ts
 * type Bytes = pawl.SerdeType<typeof pawl.serde.binary>; // Uint8Array
 * ```
 */
export type SerdeType<S> = S extends Serde<infer T> ? T : never;

/** What descriptors of handlers and of services have in common. */
export function describeAs({ description, metadata }: DescriptorOpts): {
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
} {
  return {
    ...(description !== undefined && { _description: description }),
    ...(metadata !== undefined && { _metadata: metadata }),
  };
}

/**
 * A descriptor of a handler from its parts, for code that builds interfaces. People write `iface.json` and its like.
 *
 * @example
 * ```ts
 * const ping = pawl.makeHandlerDescriptor<void, string>(undefined, pawl.serde.json);
 * ```
 */
export function makeHandlerDescriptor<I, O, Shared extends boolean = false>(
  inputSerde?: Serde<I>,
  outputSerde?: Serde<O>,
  shared?: Shared,
  opts: DescriptorOpts = {},
): HandlerDescriptor<I, O, Shared> {
  return {
    ...(inputSerde !== undefined && { _inputSerde: inputSerde }),
    ...(outputSerde !== undefined && { _outputSerde: outputSerde }),
    ...(shared !== undefined && { _shared: shared }),
    ...describeAs(opts),
  };
}
