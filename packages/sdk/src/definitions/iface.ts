// biome-ignore-all lint/suspicious/noExplicitAny: inference over serdes and schemas of every type
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Serde, serde } from "../serde.js";
import {
  type DescriptorKind,
  type DescriptorOpts,
  describeAs,
  type HandlerDescriptor,
  type HandlerDescriptors,
  makeHandlerDescriptor,
  type ObjectDescriptor,
  type SerdeType,
  type ServiceDescriptor,
  type WorkflowDescriptor,
} from "./descriptor.js";
import { checkHandlerName, checkServiceName, checkWorkflowHandlerName } from "./names.js";

/** Ways to declare a handler. `Shared` says which kind it is inside of an object. */
interface HandlerDeclarations<Shared extends boolean> {
  /** Input and output as types alone; they travel as JSON. */
  json(opts?: DescriptorOpts): HandlerDescriptor<void, void, Shared>;
  json<I, O = void>(opts?: DescriptorOpts): HandlerDescriptor<I, O, Shared>;
  /** Serdes for input and output; where there is none, JSON of any type. */
  serdes<SI extends Serde<any>, SO extends Serde<any>>(
    opts: { input?: SI; output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<SerdeType<SI>, SerdeType<SO>, Shared>;
  /** Schemas for input and output, of any library that follows Standard Schema; see `serde.schema`. */
  schemas<SI extends StandardSchemaV1<any>, SO extends StandardSchemaV1<any>>(
    opts: { input?: SI; output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<
    StandardSchemaV1.InferOutput<NonNullable<SI>>,
    StandardSchemaV1.InferOutput<NonNullable<SO>>,
    Shared
  >;
}

/** The shape of {@link iface}. */
export interface ServiceInterface extends HandlerDeclarations<false> {
  /** @throws TypeError when a name is not allowed */
  service<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ServiceDescriptor<P, H>;
  /** @throws TypeError when a name is not allowed */
  object<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ObjectDescriptor<P, H>;
  /** @throws TypeError when a name is not allowed */
  workflow<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): WorkflowDescriptor<P, H>;
  /** Handlers of objects and workflows that run beside others of their key. */
  shared: HandlerDeclarations<true>;
}

/**
 * Declares what a service offers, apart from the code behind it. The interface can live in a package that callers share
 * with the service: `implement` gives it handlers, and `client` of a context or a connection calls it, both with the same
 * types and serdes.
 *
 * @example
 * ```ts
 * const greeter = pawl.iface.service("Greeter", {
 *   greet: pawl.iface.json<string, string>({ description: "Says hello" }),
 *   draw: pawl.iface.serdes({ input: pawl.serde.binary, output: pawl.serde.binary }),
 * });
 *
 * const counter = pawl.iface.object("Counter", {
 *   add: pawl.iface.json<number, number>(),
 *   current: pawl.iface.shared.json<void, number>(),
 * });
 * ```
 *
 * @example
 * ```ts
 * import * as z from "zod";
 *
 * const orders = pawl.iface.workflow("Orders", {
 *   run: pawl.iface.schemas({ input: z.object({ id: z.string() }), output: z.boolean() }),
 * });
 * ```
 */
export const iface: ServiceInterface = {
  service: (name, handlers, opts) => declare("service", name, handlers, opts),
  object: (name, handlers, opts) => declare("object", name, handlers, opts),
  workflow: (name, handlers, opts) => {
    for (const handler of Object.keys(handlers)) checkWorkflowHandlerName(handler);
    return declare("workflow", name, handlers, opts);
  },
  ...declarations(false),
  shared: declarations(true),
};

function declare<Kind extends DescriptorKind, P extends string, H extends HandlerDescriptors>(
  kind: Kind,
  name: P,
  handlers: H,
  opts: DescriptorOpts = {},
) {
  checkServiceName(name);
  for (const handler of Object.keys(handlers)) checkHandlerName(handler);
  return { name, _kind: kind, _handlers: handlers, ...describeAs(opts) };
}

function declarations<Shared extends boolean>(shared: Shared): HandlerDeclarations<Shared> {
  return {
    json: (opts?: DescriptorOpts) =>
      makeHandlerDescriptor<any, any, Shared>(undefined, undefined, shared, opts),
    serdes: ({ input, output, ...opts }) =>
      makeHandlerDescriptor<any, any, Shared>(input, output, shared, opts),
    schemas: ({ input, output, ...opts }) =>
      makeHandlerDescriptor<any, any, Shared>(
        input && serde.schema(input),
        output && serde.schema(output),
        shared,
        opts,
      ),
  };
}
