import { codec, MessageType, messageName, ProtocolError } from "@pawl/protocol";
import type { Invocation } from "../model.js";
import type { Partition } from "../partition.js";
import { applyAttach, applyCall, applyGetOutput, applyOneWayCall } from "./calls.js";
import { applyCompletePromise, applyGetPromise, applyPeekPromise } from "./promises.js";
import { applyCompleteAwakeable, applySendSignal } from "./signals.js";
import {
  applyClearAllState,
  applyClearState,
  applyGetLazyState,
  applyGetLazyStateKeys,
  applySetState,
} from "./state.js";

type Apply = (p: Partition, invocation: Invocation, payload: Uint8Array) => void;

const nothing: Apply = () => {};

/** One line per command. What is only stored, because the SDK already has the answer, does nothing else here. */
const COMMANDS = new Map<number, Apply>([
  [MessageType.Output, nothing],
  [MessageType.Run, nothing],
  [MessageType.GetEagerState, nothing],
  [MessageType.GetEagerStateKeys, nothing],
  [MessageType.GetLazyState, applyGetLazyState],
  [MessageType.GetLazyStateKeys, applyGetLazyStateKeys],
  [MessageType.SetState, applySetState],
  [MessageType.ClearState, applyClearState],
  [MessageType.ClearAllState, applyClearAllState],
  [MessageType.GetPromise, applyGetPromise],
  [MessageType.PeekPromise, applyPeekPromise],
  [MessageType.CompletePromise, applyCompletePromise],
  [MessageType.Sleep, applySleep],
  [MessageType.Call, applyCall],
  [MessageType.OneWayCall, applyOneWayCall],
  [MessageType.AttachInvocation, applyAttach],
  [MessageType.GetInvocationOutput, applyGetOutput],
  [MessageType.SendSignal, applySendSignal],
  [MessageType.CompleteAwakeable, applyCompleteAwakeable],
]);

/**
 * Stores a command and does what it says. Each handler checks first, so that a refused command leaves no trace: they
 * append the entry themselves through `store`, except those that only store.
 * @throws CommandRefused when the handler may not do this; ProtocolError when the payload is malformed
 */
export function applyCommand(p: Partition, invocation: Invocation, type: number, payload: Uint8Array): void {
  const apply = COMMANDS.get(type);
  if (apply === undefined) {
    throw new ProtocolError(
      "unknown-type",
      `an endpoint may not send ${messageName(type)} (0x${type.toString(16)})`,
    );
  }
  if (apply === nothing) p.append(invocation, type, payload);
  else apply(p, invocation, payload);
}

function applySleep(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { wakeUpTime, resultCompletionId } = codec.Sleep.decode(payload);
  p.append(invocation, MessageType.Sleep, payload);
  const timer = {
    partition: p.number,
    at: wakeUpTime,
    num: invocation.num,
    completionId: resultCompletionId,
  };
  p.turn.batch.putTimer(timer);
  p.turn.hints.push({ kind: "timer", timer });
}

/** The result of a `run` becomes a notification; the handler may use it once it is durable. */
export function applyRunProposal(
  p: Partition,
  invocation: Invocation,
  payload: Uint8Array,
  wantsAck: boolean,
): void {
  const { resultCompletionId, result } = codec.ProposeRunCompletion.decode(payload);
  const id = { kind: "completion", id: resultCompletionId } as const;
  const completion = codec.Notification.encode({ id, result });
  p.append(invocation, MessageType.RunCompletion, completion);
  if (wantsAck) {
    // V7: the SDK keeps the value and only waits for the word that it is stored.
    const ack = codec.ProposeRunCompletionAck.encode({ completionId: resultCompletionId });
    p.sendFrame(invocation, MessageType.ProposeRunCompletionAck, ack);
  } else {
    p.sendFrame(invocation, MessageType.RunCompletion, completion);
  }
}
