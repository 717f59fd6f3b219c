import type { Message } from "./commands.js";

/**
 * Messages as bytes, for the rows of the outbox. JSON, with binary values as base64: rows are few (only messages whose
 * receiver is not at hand) and short-lived, so being readable counts for more than being small.
 */
export function encodeMessage(message: Message): Uint8Array {
  return Buffer.from(JSON.stringify(message, replaceBytes));
}

export function decodeMessage(bytes: Uint8Array): Message {
  const json = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return JSON.parse(json, reviveBytes) as Message;
}

const BYTES = "$bytes";

function replaceBytes(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // Buffer has a toJSON, which has run already: look at the original.
  const original = this[key];
  if (!(original instanceof Uint8Array)) return value;
  return {
    [BYTES]: Buffer.from(original.buffer, original.byteOffset, original.byteLength).toString("base64"),
  };
}

function reviveBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(BYTES in value)) return value;
  return new Uint8Array(Buffer.from(String(value[BYTES]), "base64"));
}
