import type { NotificationId, Notification as NotificationMessage, NotificationResult } from "../messages.js";
import { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";
import { encodeWith } from "./message-codec.js";
import { readStateKeys, writeStateKeys } from "./nested.js";
import { readFailureResult, readValueResult, readVoidResult, writeSignalResult } from "./outcome.js";

/**
 * The payload that all completions and signals share:
 * { oneof: completion_id u32 = 1, signal idx u32 = 2, signal name = 3;
 *   oneof: void = 4, value = 5, failure = 6, invocation_id = 16, state_keys = 17 }.
 * Which of these a type of notification allows is not checked here.
 */
function write(w: ProtoWriter, n: NotificationMessage): void {
  switch (n.id.kind) {
    case "completion":
      w.uint32(0x08, n.id.id);
      break;
    case "signal":
      w.uint32(0x10, n.id.index);
      break;
    case "namedSignal":
      w.text(0x1a, n.id.name);
  }
  switch (n.result.kind) {
    case "invocationId":
      w.text(0x82, n.result.invocationId);
      break;
    case "stateKeys":
      writeStateKeys(w, 0x8a, n.result.keys);
      break;
    default:
      writeSignalResult(w, n.result);
  }
}

function read(r: ProtoReader): NotificationMessage {
  let id: NotificationId | undefined;
  let result: NotificationResult | undefined;
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x08:
        id = { kind: "completion", id: r.uint32() };
        break;
      case 0x10:
        id = { kind: "signal", index: r.uint32() };
        break;
      case 0x1a:
        id = { kind: "namedSignal", name: r.text() };
        break;
      case 0x22:
        result = readVoidResult(r);
        break;
      case 0x2a:
        result = readValueResult(r);
        break;
      case 0x32:
        result = readFailureResult(r);
        break;
      case 0x82:
        result = { kind: "invocationId", invocationId: r.text() };
        break;
      case 0x8a:
        result = { kind: "stateKeys", keys: readStateKeys(r) };
        break;
      default:
        r.skip(tag);
    }
  }
  if (id === undefined) throw r.missing("id");
  if (result === undefined) throw r.missing("result");
  return { id, result };
}

/** All notifications have one payload; the frame's type says which one it is. */
export const Notification = {
  name: "Notification",
  write,
  encode: (notification: NotificationMessage): Uint8Array => encodeWith(write, notification),
  /** A view into `payload`. @throws ProtocolError on malformed bytes, or when the id or the result is missing */
  decode: (payload: Uint8Array): NotificationMessage => read(new ProtoReader(payload, "Notification")),
};
