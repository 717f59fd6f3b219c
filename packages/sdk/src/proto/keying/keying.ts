import type { DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import { FieldType, fieldTypeOf, ServiceType, serviceTypeOf } from "../descriptors/ext-options.js";
import { ProtoServiceError } from "../errors.js";
import { canBeKey } from "./key-text.js";

/** The key under which a singleton has its state. */
export const SINGLETON_KEY = "singleton";

/** How the invocations of a protobuf service find their key. */
export type Keying =
  | { readonly kind: "unkeyed" }
  | { readonly kind: "singleton" }
  /** The field that holds the key, by the name of the method. */
  | { readonly kind: "keyed"; readonly fields: ReadonlyMap<string, DescField> };

const RESERVED_PREFIXES = ["dev.restate.", "grpc."];

/** Clients are made for every call, descriptors once. */
const keyings = new WeakMap<DescService, Keying>();

/**
 * Reads the options of a service, by the rules that servers check at registration.
 * @throws ProtoServiceError
 */
export function keyingOf(service: DescService): Keying {
  let keying = keyings.get(service);
  if (keying === undefined) {
    keying = readKeying(service);
    keyings.set(service, keying);
  }
  return keying;
}

function readKeying(service: DescService): Keying {
  const name = service.typeName;
  if (RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    throw new ProtoServiceError(
      "META0001",
      `The service name ${name} is reserved. Use a package of your own.`,
    );
  }
  for (const { input } of service.methods) checkEventFields(input);
  switch (serviceTypeOf(service)) {
    case ServiceType.UNKEYED:
      return { kind: "unkeyed" };
    case ServiceType.SINGLETON:
      return { kind: "singleton" };
    case ServiceType.KEYED:
      return { kind: "keyed", fields: keyFieldsOf(service) };
    default:
      throw new ProtoServiceError(
        "META0001",
        `The service ${name} has no type. Import dev/restate/ext.proto and give it one: option (dev.restate.ext.service_type) = UNKEYED; (or KEYED, or SINGLETON)`,
      );
  }
}

function keyFieldsOf(service: DescService): ReadonlyMap<string, DescField> {
  if (service.methods.length === 0) {
    throw new ProtoServiceError("META0001", `The keyed service ${service.typeName} has no method.`);
  }
  const fields = new Map<string, DescField>();
  let first: DescField | undefined;
  for (const method of service.methods) {
    const field = keyFieldOf(method.input);
    first ??= field;
    if (typeNameOf(field) !== typeNameOf(first)) {
      throw new ProtoServiceError(
        "META0002",
        `The key of ${service.typeName} is a ${typeNameOf(first)} in ${first} and a ${typeNameOf(field)} in ${field}. It must have the same type in all methods.`,
      );
    }
    fields.set(method.name, field);
  }
  return fields;
}

function keyFieldOf(message: DescMessage): DescField {
  const [field, second] = annotated(message, FieldType.KEY);
  if (field === undefined) {
    throw new ProtoServiceError(
      "META0002",
      `The message ${message.typeName} has no key. Mark one field: string name = 1 [(dev.restate.ext.field) = KEY];`,
    );
  }
  if (second !== undefined) throw markedTwice(message, "KEY", field, second);
  if (!canBeKey(field)) {
    throw new ProtoServiceError(
      "META0002",
      `${field} cannot be a key: a key is one value (not repeated, not a map) and no floating point number. Use a string.`,
    );
  }
  return field;
}

function checkEventFields(message: DescMessage): void {
  const [payload, second] = annotated(message, FieldType.EVENT_PAYLOAD);
  if (second !== undefined) throw markedTwice(message, "EVENT_PAYLOAD", payload!, second);
  if (payload !== undefined && !["string", "bytes"].includes(typeNameOf(payload))) {
    throw new ProtoServiceError("META0008", `${payload} is marked EVENT_PAYLOAD: make it a string or bytes.`);
  }
  const [metadata, other] = annotated(message, FieldType.EVENT_METADATA);
  if (other !== undefined) throw markedTwice(message, "EVENT_METADATA", metadata!, other);
  if (metadata !== undefined && typeNameOf(metadata) !== "map<string, string>") {
    throw new ProtoServiceError(
      "META0008",
      `${metadata} is marked EVENT_METADATA: make it a map<string, string>.`,
    );
  }
}

const annotated = (message: DescMessage, type: number): readonly DescField[] =>
  message.fields.filter((field) => fieldTypeOf(field) === type);

function markedTwice(message: DescMessage, mark: string, a: DescField, b: DescField): ProtoServiceError {
  return new ProtoServiceError(
    "META0007",
    `The message ${message.typeName} has two fields marked ${mark}: ${a.name} and ${b.name}. Leave one of them.`,
  );
}

/** As a .proto file spells it. */
function typeNameOf(field: DescField): string {
  const one = field.message?.typeName ?? field.enum?.typeName ?? scalarNames[field.scalar ?? 0] ?? "group";
  if (field.fieldKind === "map") return `map<${scalarNames[field.mapKey]}, ${one}>`;
  return field.fieldKind === "list" ? `repeated ${one}` : one;
}

/** By the numbers of FieldDescriptorProto.Type. */
const scalarNames: Readonly<Record<number, string>> = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  6: "fixed64",
  7: "fixed32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
  15: "sfixed32",
  16: "sfixed64",
  17: "sint32",
  18: "sint64",
};
