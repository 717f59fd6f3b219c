import { CANCEL_SIGNAL_INDEX, MessageType, type Notification } from "@pawl/protocol";
import { Status } from "../store/store.js";
import type { Invocation } from "./model.js";
import type { Partition } from "./partition.js";
import { resume, takeBackPause } from "./pause.js";
import { evaluate, knownFromNotification } from "./suspension.js";

/**
 * Puts a notification into an invocation's journal and wakes the invocation when it waits for it. Notifications keep the
 * order in which they are stored: that order decides races in the handler.
 */
export function deliver(
  p: Partition,
  invocation: Invocation,
  type: number,
  notification: Notification,
): void {
  if (invocation.status === Status.Completed) return;
  p.appendNotification(invocation, type, notification);
  switch (invocation.status) {
    case Status.Suspended:
      wakeIfAwaited(p, invocation, notification);
      break;
    case Status.Paused:
      // A paused invocation only collects, but somebody who cancels wants it to end.
      if (isCancel(notification)) resume(p, invocation);
      else p.touch(invocation);
      break;
    case Status.Invoked:
      if (isCancel(notification)) takeBackPause(p, invocation);
      break;
    case Status.Scheduled:
    case Status.Inboxed:
      p.touch(invocation);
      break;
    default:
      break;
  }
}

export function deliverSignal(
  p: Partition,
  invocation: Invocation,
  id: Notification["id"],
  result: Notification["result"],
): void {
  deliver(p, invocation, MessageType.Signal, { id, result });
}

function isCancel({ id }: Notification): boolean {
  return id.kind === "signal" && id.index === CANCEL_SIGNAL_INDEX;
}

function wakeIfAwaited(p: Partition, invocation: Invocation, notification: Notification): void {
  const { awaiting } = invocation;
  if (awaiting === null) return;
  const outcome = evaluate(awaiting, knownFromNotification(notification));
  if ("canGoOn" in outcome) {
    resume(p, invocation);
  } else {
    invocation.awaiting = outcome.rest;
    p.touch(invocation);
  }
}
