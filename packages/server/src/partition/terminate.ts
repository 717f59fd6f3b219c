import { CANCEL_SIGNAL_INDEX, codec, type Failure, MessageType } from "@pawl/protocol";
import { Status } from "../store/store.js";
import { complete } from "./completion.js";
import type { Invocation } from "./model.js";
import { deliverSignal } from "./notifications.js";
import type { Partition } from "./partition.js";

/** Source of codes and texts: Restate 1.7 as observed, docs/compatibility.md. */
const KILLED: Failure = { code: 409, message: "killed" };
const CANCELED: Failure = { code: 409, message: "canceled" };

/** Ends an invocation at once, and all that it called. Nothing is compensated. Needs the journal. */
export function kill(p: Partition, invocation: Invocation): void {
  for (const id of calledBy(invocation)) p.send({ kind: "kill", id });
  complete(p, invocation, { kind: "failure", failure: KILLED }, "killed");
}

function* calledBy(invocation: Invocation): Generator<string> {
  for (const { type, payload } of invocation.journal ?? []) {
    if (type !== MessageType.CallInvocationIdCompletion) continue;
    const { result } = codec.Notification.decode(payload);
    if (result.kind === "invocationId") yield result.invocationId;
  }
}

/**
 * Asks an invocation to end. One that has not started ends here; a running one gets the signal and its handler decides.
 * @returns "done" or "signalled"
 */
export function cancel(p: Partition, invocation: Invocation): "done" | "signalled" {
  if (invocation.status === Status.Scheduled || invocation.status === Status.Inboxed) {
    complete(p, invocation, { kind: "failure", failure: CANCELED }, "killed");
    return "done";
  }
  deliverSignal(p, invocation, { kind: "signal", index: CANCEL_SIGNAL_INDEX }, { kind: "void" });
  return "signalled";
}

/** A signal from outside or from another invocation. Index 1 is the request to cancel. */
export function signal(
  p: Partition,
  invocation: Invocation,
  id: Parameters<typeof deliverSignal>[2],
  result: Parameters<typeof deliverSignal>[3],
): void {
  if (invocation.status === Status.Completed) return;
  if (id.kind === "signal" && id.index === CANCEL_SIGNAL_INDEX) cancel(p, invocation);
  else deliverSignal(p, invocation, id, result);
}
