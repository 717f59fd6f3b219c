import type { DescField, DescMessage, DescMethod, DescService, FileRegistry } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { FieldType, fieldTypeOf, ServiceType, serviceTypeOf } from "./annotations.js";
import { DescriptorError, type DescriptorSet, parseDescriptorSet } from "./descriptor-set.js";

/** What callers and a proto service have agreed on. */
export interface Contract {
  /** Fully qualified. */
  readonly name: string;
  readonly service: DescService;
  /** undefined: the option is missing, the service is treated as unkeyed. */
  readonly serviceType: ServiceType | undefined;
  readonly methods: ReadonlyMap<string, ContractMethod>;
  /** All types that messages of the service may hold. */
  readonly types: FileRegistry;
  readonly files: DescriptorSet["files"];
}

export interface ContractMethod {
  readonly name: string;
  readonly service: string;
  readonly desc: DescMethod;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Where the key comes from; what the annotations say, whether or not that can be used. */
  readonly key: MethodKey;
  /** Declared with NO_SIDE_EFFECTS: may be called with GET. */
  readonly isIdempotent: boolean;
  readonly types: FileRegistry;
  readonly payload: PayloadKind;
}

/** What the handler is given of a request: the message in binary, or (of a router) what the message holds. */
export type PayloadKind = "message" | "json" | "event";

export type MethodKey =
  | { readonly kind: "none" }
  /** The one key of every singleton. */
  | { readonly kind: "singleton" }
  | { readonly kind: "field"; readonly field: DescField };

/** The key under which a singleton's state is kept. */
export const SINGLETON_KEY = "singleton";

/** @throws DescriptorError */
export function parseContract(name: string, base64: string): Contract {
  return toContract(name, parseDescriptorSet(base64));
}

/** @throws DescriptorError when the service is not among the descriptors */
export function toContract(name: string, { files, registry }: DescriptorSet): Contract {
  const service = registry.getService(name);
  if (service === undefined) throw new DescriptorError(`there is no service ${name} among them`);
  const serviceType = serviceTypeOf(service);
  const methods = service.methods.map(
    (desc): ContractMethod => ({
      name: desc.name,
      service: name,
      desc,
      input: desc.input,
      output: desc.output,
      key: keyOf(serviceType, desc.input),
      isIdempotent: desc.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
      types: registry,
      payload: "message",
    }),
  );
  return {
    name,
    service,
    serviceType,
    methods: new Map(methods.map((method) => [method.name, method])),
    types: registry,
    files,
  };
}

function keyOf(type: ServiceType | undefined, input: DescMessage): MethodKey {
  if (type === ServiceType.SINGLETON) return { kind: "singleton" };
  if (type !== ServiceType.KEYED) return { kind: "none" };
  const [field] = fieldsOf(input, FieldType.KEY);
  return field === undefined ? { kind: "none" } : { kind: "field", field };
}

/** The fields of a message with this annotation. */
export function fieldsOf(message: DescMessage, type: FieldType): readonly DescField[] {
  return message.fields.filter((field) => fieldTypeOf(field) === type);
}
