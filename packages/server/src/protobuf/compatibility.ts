import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import type { ServiceType as ServiceTypeEnum } from "./annotations.js";
import { ServiceType } from "./annotations.js";
import type { Contract, ContractMethod } from "./contract.js";
import { typeName } from "./type-names.js";

/**
 * In what a new contract breaks an old one, in words; nothing: callers, queued invocations and journals of the old one fit
 * the new one, in binary and in JSON. The rules are those of buf's category WIRE_JSON, and the key.
 */
export function incompatibilities(before: Contract, after: Contract): string[] {
  const found: string[] = [];
  if (before.serviceType !== after.serviceType) {
    found.push(`the service was ${nameOf(before.serviceType)} and would be ${nameOf(after.serviceType)}`);
  }
  const seen = new Set<string>();
  for (const method of before.methods.values()) {
    const now = after.methods.get(method.name);
    if (now === undefined) found.push(`method ${method.name} would be gone`);
    else found.push(...methodChanges(method, now, seen));
  }
  return found;
}

function nameOf(type: ServiceTypeEnum | undefined): string {
  return type === undefined ? "UNKEYED" : ServiceType[type];
}

function methodChanges(before: ContractMethod, after: ContractMethod, seen: Set<string>): string[] {
  const found: string[] = [];
  for (const [what, old, now] of [
    ["request", before.input, after.input],
    ["response", before.output, after.output],
  ] as const) {
    if (old.typeName === now.typeName) found.push(...messageChanges(old, now, seen));
    else found.push(`the ${what} of ${before.name} was ${old.typeName} and would be ${now.typeName}`);
  }
  const [old, now] = [keyName(before), keyName(after)];
  if (old !== now) found.push(`the key of ${before.name} was ${old} and would be ${now}`);
  return found;
}

function keyName({ key }: ContractMethod): string {
  return key.kind === "field"
    ? `field ${key.field.number}, ${typeName(key.field)} ${key.field.name}`
    : key.kind;
}

/** @param seen names of types that were compared already: types may hold each other */
function messageChanges(before: DescMessage, after: DescMessage, seen: Set<string>): string[] {
  if (seen.has(before.typeName)) return [];
  seen.add(before.typeName);
  const now = new Map(after.fields.map((field) => [field.number, field]));
  const old = new Set(before.fields.map(({ number }) => number));
  const found: string[] = [];
  for (const field of before.fields) {
    const other = now.get(field.number);
    if (other !== undefined) found.push(...fieldChanges(field, other, seen));
    else found.push(...removal(field, after));
  }
  for (const field of after.fields) {
    if (!old.has(field.number) && isRequired(field)) {
      found.push(`${after.typeName}.${field.name} would be new and required`);
    }
  }
  return found;
}

function removal(field: DescField, after: DescMessage): string[] {
  const name = `${field.parent.typeName}.${field.name}`;
  const moved = after.fields.find((other) => other.name === field.name);
  if (moved !== undefined) return [`${name} was number ${field.number} and would be number ${moved.number}`];
  const { reservedName, reservedRange } = after.proto;
  const isReserved =
    reservedName.includes(field.name) &&
    reservedRange.some(({ start, end }) => start <= field.number && field.number < end);
  return isReserved
    ? []
    : [`${name} would be gone (reserve its name and its number ${field.number} if nobody uses it any more)`];
}

function fieldChanges(before: DescField, after: DescField, seen: Set<string>): string[] {
  const name = `${before.parent.typeName}.${before.name}`;
  const found: string[] = [];
  if (before.jsonName !== after.jsonName) {
    found.push(
      `${name} (number ${before.number}) would be called ${after.name}, and ${after.jsonName} in JSON`,
    );
  }
  if (typeName(before) !== typeName(after)) {
    found.push(`${name} was a ${typeName(before)} and would be a ${typeName(after)}`);
  }
  if (before.oneof?.name !== after.oneof?.name) {
    found.push(`${name} was ${oneofName(before)} and would be ${oneofName(after)}`);
  }
  if (isRequired(before) !== isRequired(after)) {
    found.push(
      `${name} was ${isRequired(before) ? "required" : "optional"} and would be ${isRequired(after) ? "required" : "optional"}`,
    );
  }
  if (before.message?.typeName === after.message?.typeName && before.message && after.message) {
    found.push(...messageChanges(before.message, after.message, seen));
  }
  if (before.enum?.typeName === after.enum?.typeName && before.enum && after.enum) {
    found.push(...enumChanges(before.enum, after.enum, seen));
  }
  return found;
}

function oneofName({ oneof }: DescField): string {
  return oneof === undefined ? "in no oneof" : `in oneof ${oneof.name}`;
}

/** LEGACY_REQUIRED of proto2. */
function isRequired({ proto }: DescField): boolean {
  return proto.label === REQUIRED_LABEL;
}

/** FieldDescriptorProto.Label.LABEL_REQUIRED */
const REQUIRED_LABEL = 2;

function enumChanges(before: DescEnum, after: DescEnum, seen: Set<string>): string[] {
  if (seen.has(before.typeName)) return [];
  seen.add(before.typeName);
  const found: string[] = [];
  for (const { name, number } of before.values) {
    const others = after.values.filter((value) => value.number === number);
    if (others.some((value) => value.name === name)) continue;
    const [other] = others;
    if (other !== undefined)
      found.push(`${before.typeName}.${name} (number ${number}) would be called ${other.name}`);
    else if (!isReservedValue(after, name, number)) found.push(`${before.typeName}.${name} would be gone`);
  }
  return found;
}

/** Ranges of enums include their end. */
function isReservedValue(
  { proto: { reservedName, reservedRange } }: DescEnum,
  name: string,
  number: number,
): boolean {
  return (
    reservedName.includes(name) && reservedRange.some(({ start, end }) => start <= number && number <= end)
  );
}
