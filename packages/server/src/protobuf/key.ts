import { type DescField, type Message, ScalarType, toBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { ServiceSchema } from "../registry/schema.js";
import { type ContractMethod, SINGLETON_KEY } from "./contract.js";
import { contractOf } from "./contracts.js";
import { DescriptorError } from "./descriptor-set.js";
import { MessageError, parseBinary } from "./mapping.js";

/**
 * The text of the key that a request is for; null for unkeyed services. Both sides of a call must make the same text, so
 * the rule is part of the agreement with the SDK: strings as they are, numbers and enums in decimal, booleans as true and
 * false, bytes and messages as base64url of their binary encoding. A field that is not there counts as its default.
 */
export function keyText(method: ContractMethod, request: Message): string | null {
  switch (method.key.kind) {
    case "none":
      return null;
    case "singleton":
      return SINGLETON_KEY;
    case "field":
      return fieldText(method, method.key.field, request);
  }
}

/** The key that a request for a keyed service or a singleton names; null when it is no request for it. */
export function requestKey(schema: ServiceSchema, method: string, request: Uint8Array): string | null {
  try {
    const known = contractOf(schema)?.methods.get(method);
    return known === undefined ? null : keyText(known, parseBinary(known.input, request));
  } catch (error) {
    if (error instanceof MessageError || error instanceof DescriptorError) return null;
    throw error;
  }
}

/** Whether a field can be a key at all: one value, with one text. */
export function canBeKey(field: DescField): boolean {
  if (field.fieldKind === "scalar") {
    return field.scalar !== ScalarType.FLOAT && field.scalar !== ScalarType.DOUBLE;
  }
  return field.fieldKind === "enum" || (field.fieldKind === "message" && !field.delimitedEncoding);
}

function fieldText({ input }: ContractMethod, field: DescField, request: Message): string {
  const message = reflect(input, request);
  if (field.fieldKind === "message") {
    return base64url(message.isSet(field) ? toBinary(field.message, message.get(field).message) : EMPTY);
  }
  const value: unknown = message.get(field);
  return value instanceof Uint8Array ? base64url(value) : String(value);
}

const EMPTY = new Uint8Array();

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}
