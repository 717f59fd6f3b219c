import { codec, isCommand, MessageType } from "@pawl/protocol";

/* Single facts about an entry of a journal, each null where the entry has none. */

/** A command's name, "" when it has none; null for notifications. Every command has it in the same field. */
export function entryName(type: number, payload: Uint8Array): string | null {
  return isCommand(type) ? (codec.ClearAllState.decode(payload).name ?? "") : null;
}

/** `Service/handler` or `Object/key/handler` of calls. */
export function entryCallee(type: number, payload: Uint8Array): string | null {
  if (!isCall(type)) return null;
  const { serviceName, key, handlerName } = decodeCall(type, payload);
  return key === "" ? `${serviceName}/${handlerName}` : `${serviceName}/${key}/${handlerName}`;
}

/** Of calls: the completion that tells the callee's id. */
export function calleeCompletion(type: number, payload: Uint8Array): number | null {
  return isCall(type) ? decodeCall(type, payload).invocationIdNotificationIdx : null;
}

/** When a sleep ends, unix milliseconds. */
export function entryWakeupAt(type: number, payload: Uint8Array): number | null {
  return type === MessageType.Sleep ? codec.Sleep.decode(payload).wakeUpTime : null;
}

/** The promise that a command is about. */
export function entryPromise(type: number, payload: Uint8Array): string | null {
  switch (type) {
    case MessageType.GetPromise:
    case MessageType.PeekPromise:
      return codec.GetPromise.decode(payload).key;
    case MessageType.CompletePromise:
      return codec.CompletePromise.decode(payload).key;
    default:
      return null;
  }
}

/** The completion id of a notification. */
export function notifiedCompletion(payload: Uint8Array): number | null {
  const { id } = codec.Notification.decode(payload);
  return id.kind === "completion" ? id.id : null;
}

/** The invocation id that a notification carries. */
export function notifiedInvocationId(payload: Uint8Array): string | null {
  const { result } = codec.Notification.decode(payload);
  return result.kind === "invocationId" ? result.invocationId : null;
}

function isCall(type: number): boolean {
  return type === MessageType.Call || type === MessageType.OneWayCall;
}

function decodeCall(type: number, payload: Uint8Array) {
  return type === MessageType.Call ? codec.Call.decode(payload) : codec.OneWayCall.decode(payload);
}
