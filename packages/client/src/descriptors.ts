// biome-ignore-all lint/suspicious/noExplicitAny: descriptors of handlers of every type
import type { Serde } from "@pawl/sdk/core";

/**
 * Interfaces of services as clients read them: names of properties as in the official core package, whose `iface` makes such
 * values, too.
 */
export type HandlerDescriptor<I = any, O = any> = {
  /** Absent: the default serde of the connection. */
  readonly _inputSerde?: Serde<I>;
  readonly _outputSerde?: Serde<O>;
};
export type HandlerDescriptors = Record<string, HandlerDescriptor>;

interface Descriptor<P extends string, H extends HandlerDescriptors, Kind> {
  readonly name: P;
  readonly _kind: Kind;
  readonly _handlers: H;
}
export type ServiceDescriptor<P extends string, H extends HandlerDescriptors> = Descriptor<P, H, "service">;
export type KeyedDescriptor<P extends string, H extends HandlerDescriptors> = Descriptor<
  P,
  H,
  "object" | "workflow"
>;

export type DescribedInput<D> = D extends HandlerDescriptor<infer I, any> ? I : any;
export type DescribedOutput<D> = D extends HandlerDescriptor<any, infer O> ? O : any;
