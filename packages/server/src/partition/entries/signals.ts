import { codec, formatInvocationId, MessageType, parseAwakeableId, parseInvocationId } from "@pawl/protocol";
import type { Invocation } from "../model.js";
import type { Partition } from "../partition.js";

export function applySendSignal(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { targetInvocationId, signal, result } = codec.SendSignal.decode(payload);
  const id = formatInvocationId(parseInvocationId(targetInvocationId));
  p.append(invocation, MessageType.SendSignal, payload);
  p.send({
    kind: "signal",
    id,
    signal:
      signal.kind === "index"
        ? { kind: "signal", index: signal.index }
        : { kind: "namedSignal", name: signal.name },
    result,
  });
}

export function applyCompleteAwakeable(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { awakeableId, result } = codec.CompleteAwakeable.decode(payload);
  const awakeable = parseAwakeableId(awakeableId);
  p.append(invocation, MessageType.CompleteAwakeable, payload);
  p.send({
    kind: "signal",
    id: formatInvocationId(awakeable.invocationId),
    signal: { kind: "signal", index: awakeable.signalIndex },
    result,
  });
}
