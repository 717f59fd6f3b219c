import { codec, MessageType } from "@pawl/protocol";

const RESULT = new Map<number, (payload: Uint8Array) => number>([
  [MessageType.GetLazyState, (payload) => codec.GetLazyState.decode(payload).resultCompletionId],
  [MessageType.GetLazyStateKeys, (payload) => codec.GetLazyStateKeys.decode(payload).resultCompletionId],
  [MessageType.GetPromise, (payload) => codec.GetPromise.decode(payload).resultCompletionId],
  [MessageType.PeekPromise, (payload) => codec.PeekPromise.decode(payload).resultCompletionId],
  [MessageType.CompletePromise, (payload) => codec.CompletePromise.decode(payload).resultCompletionId],
  [MessageType.Sleep, (payload) => codec.Sleep.decode(payload).resultCompletionId],
  [MessageType.Run, (payload) => codec.Run.decode(payload).resultCompletionId],
  [MessageType.AttachInvocation, (payload) => codec.AttachInvocation.decode(payload).resultCompletionId],
  [
    MessageType.GetInvocationOutput,
    (payload) => codec.GetInvocationOutput.decode(payload).resultCompletionId,
  ],
]);

/** Ids of the notifications that answer a command. None for commands that are only stored. */
export function completionIdsOf(type: number, payload: Uint8Array): number[] {
  if (type === MessageType.Call) {
    const { invocationIdNotificationIdx, resultCompletionId } = codec.Call.decode(payload);
    return [invocationIdNotificationIdx, resultCompletionId];
  }
  if (type === MessageType.OneWayCall) return [codec.OneWayCall.decode(payload).invocationIdNotificationIdx];
  const result = RESULT.get(type);
  return result === undefined ? [] : [result(payload)];
}
