import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";

/** Bytes that are no message of the type that they should be. The message says what is wrong with them. */
export class MessageError extends Error {
  override readonly name = "MessageError";
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** @throws MessageError */
export function parseBinary(type: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(type, bytes);
  } catch (error) {
    throw new MessageError(`not a ${type.typeName} in protobuf's encoding: ${reason(error)}`);
  }
}

/** @throws MessageError */
export function parseJsonText(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(UTF8.decode(bytes)) as JsonValue;
  } catch (error) {
    throw new MessageError(bytes.byteLength === 0 ? "it is empty: send {}" : `not JSON: ${reason(error)}`);
  }
}

/** The canonical mapping; unknown fields are refused. @throws MessageError */
export function parseJson(type: DescMessage, json: JsonValue, types: Registry): Message {
  try {
    return fromJson(type, json, { registry: types });
  } catch (error) {
    throw new MessageError(reason(error));
  }
}

/** Compact canonical JSON, with fields that have their default. @throws MessageError */
export function writeJson(type: DescMessage, message: Message, types: Registry): string {
  try {
    return JSON.stringify(toJson(type, message, { registry: types, alwaysEmitImplicit: true }));
  } catch (error) {
    throw new MessageError(reason(error));
  }
}

/** @throws MessageError */
export function writeBinary(type: DescMessage, message: Message): Uint8Array {
  try {
    return toBinary(type, message);
  } catch (error) {
    throw new MessageError(reason(error));
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
