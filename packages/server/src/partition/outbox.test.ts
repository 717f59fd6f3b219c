import assert from "node:assert/strict";
import { test } from "node:test";
import { HandlerKind, InvokedBy } from "../store/store.js";
import type { Message } from "./commands.js";
import { decodeMessage, encodeMessage } from "./outbox.js";

const messages: Message[] = [
  {
    kind: "invoke",
    id: "inv_1x",
    isDerivedId: true,
    target: { service: "Cart", handler: "add", key: "ключ\0", kind: HandlerKind.ObjectExclusive },
    headers: [{ key: "a", value: "b" }],
    input: new Uint8Array([0, 255, 128]),
    idempotencyKey: null,
    invokedBy: InvokedBy.Service,
    invokedById: "inv_1y",
    invokedByTarget: "Front/order",
    scheduledFor: 12,
    traceparent: null,
    tracestate: null,
    completionRetentionMs: 1,
    journalRetentionMs: 0,
    waiter: { id: "inv_1y", completionId: 2, type: 0x800d },
  },
  {
    kind: "notify",
    id: "inv_1x",
    type: 0x800d,
    completionId: 2,
    result: { kind: "value", value: Buffer.from("a Buffer is bytes, too") },
  },
  {
    kind: "signal",
    id: "inv_1x",
    signal: { kind: "signal", index: 17 },
    result: { kind: "failure", failure: { code: 500, message: "no", metadata: [{ key: "k", value: "v" }] } },
  },
  { kind: "next", id: "inv_1x" },
];

for (const message of messages) {
  test(`a message of kind ${message.kind} comes out of the outbox as it went in`, () => {
    const again = decodeMessage(encodeMessage(message));
    // A Buffer comes back as the plain array of bytes that the types promise.
    const plain = JSON.parse(JSON.stringify(message, bytesAsList)) as unknown;
    assert.deepEqual(JSON.parse(JSON.stringify(again, bytesAsList)), plain);
  });
}

function bytesAsList(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Uint8Array ? [...original] : value;
}
