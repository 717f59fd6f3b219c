import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { DiscoveredService } from "../registry/manifest-services.js";
import { FieldType, ServiceType } from "./annotations.js";
import { type Contract, type ContractMethod, fieldsOf } from "./contract.js";
import { canBeKey } from "./key.js";
import { typeName } from "./type-names.js";

/** Codes of rules that a definition breaks. Source: the documents of 2023, docs/compatibility.md. */
export type RuleCode =
  /** A bad service definition. */
  | "META0001"
  /** A bad key definition. */
  | "META0002"
  /** An annotation on more than one field. */
  | "META0007"
  /** An annotation on a field of a wrong type. */
  | "META0008";

export interface Violation {
  readonly code: RuleCode;
  readonly message: string;
}

/** What is wrong with the definition of a proto service; the first thing first. */
export function violations(
  service: Pick<DiscoveredService, "name" | "type" | "handlers">,
  contract: Contract,
): Violation[] {
  return [
    ...serviceRules(service, contract),
    ...[...contract.methods.values()].flatMap(eventRules),
    ...keyRules(contract),
  ];
}

function serviceRules(
  { name, type, handlers }: Pick<DiscoveredService, "name" | "type" | "handlers">,
  { serviceType, methods }: Contract,
): Violation[] {
  const found: Violation[] = [];
  const bad = (message: string) => found.push({ code: "META0001", message });
  if (serviceType === undefined) {
    bad(
      `service ${name} does not say how it is keyed: import dev/restate/ext.proto and add "option (dev.restate.ext.service_type) = UNKEYED;" (or KEYED, or SINGLETON)`,
    );
  }
  if (serviceType === ServiceType.KEYED && methods.size === 0)
    bad(`service ${name} is KEYED and has no methods: add one`);
  const expected =
    serviceType === undefined || serviceType === ServiceType.UNKEYED ? "Service" : "VirtualObject";
  if (serviceType !== undefined && type !== expected) {
    bad(
      `service ${name} is ${ServiceType[serviceType]}, so that the manifest must call it a ${expected}, not a ${type}`,
    );
  }
  for (const { desc } of methods.values()) {
    if (desc.methodKind !== "unary")
      bad(`${name}/${desc.name} streams: only methods with one request and one response can be invoked`);
  }
  for (const handler of handlers) {
    if (!methods.has(handler.name))
      bad(`${name}/${handler.name} is in the manifest, but no method of the service`);
  }
  for (const method of methods.keys()) {
    if (!handlers.some((handler) => handler.name === method))
      bad(`${name}/${method} is a method of the service, but not in the manifest`);
  }
  return found;
}

function keyRules({ name, serviceType, methods }: Contract): Violation[] {
  if (serviceType !== ServiceType.KEYED) return [];
  const found: Violation[] = [];
  const types = new Map<string, ContractMethod>();
  for (const method of methods.values()) {
    const where = `${method.input.typeName}, the request of ${name}/${method.name}`;
    const [field, second] = fieldsOf(method.input, FieldType.KEY);
    if (field === undefined) {
      found.push({
        code: "META0002",
        message: `${where}, has no key: mark one field with [(dev.restate.ext.field) = KEY]`,
      });
    } else if (second !== undefined) {
      found.push(twice(where, "KEY", field, second));
    } else if (!canBeKey(field)) {
      found.push({
        code: "META0002",
        message: `field ${field.name} of ${where}, cannot be the key: it is a ${typeName(field)}, and a key is one string, number, boolean, enum, bytes or message`,
      });
    } else types.set(typeName(field), method);
  }
  if (types.size > 1) {
    const each = [...types].map(([type, method]) => `${type} in ${method.name}`).join(", ");
    found.push({
      code: "META0002",
      message: `the key of ${name} must have one type in all methods, and is ${each}`,
    });
  }
  return found;
}

function eventRules({ input }: ContractMethod): Violation[] {
  return [
    ...annotated(input, FieldType.EVENT_PAYLOAD, ["string", "bytes"]),
    ...annotated(input, FieldType.EVENT_METADATA, ["map<string, string>"]),
  ];
}

function annotated(message: DescMessage, type: FieldType, allowed: readonly string[]): Violation[] {
  const [field, second] = fieldsOf(message, type);
  if (field === undefined) return [];
  const name = FieldType[type];
  if (second !== undefined) return [twice(message.typeName, name, field, second)];
  if (allowed.includes(typeName(field))) return [];
  return [
    {
      code: "META0008",
      message: `field ${field.name} of ${message.typeName} is marked as ${name} and is a ${typeName(field)}: it must be ${allowed.join(" or ")}`,
    },
  ];
}

function twice(where: string, annotation: string, one: DescField, other: DescField): Violation {
  return {
    code: "META0007",
    message: `${where}, has ${annotation} on two fields, ${one.name} and ${other.name}: leave it on one`,
  };
}
