import { type DescField, type Message, ScalarType, toBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type ContractMethod, SINGLETON_KEY } from "./contract.js";

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
