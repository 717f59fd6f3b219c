import { MessageType } from "@pawl/protocol";
import { Status, type TimerRow } from "../store/store.js";
import { activate } from "./invoke.js";
import { deliver } from "./notifications.js";
import type { Partition } from "./partition.js";

/** A timer is due: the start of a delayed invocation, or the end of a sleep. Its row goes in the same transaction. */
export function fireTimer(p: Partition, timer: TimerRow): void {
  p.turn.batch.deleteTimer(timer);
  const invocation = p.findNum(timer.num);
  if (invocation === undefined) return;
  if (timer.completionId === 0) {
    if (invocation.status === Status.Scheduled) activate(p, invocation);
    return;
  }
  deliver(p, invocation, MessageType.SleepCompletion, {
    id: { kind: "completion", id: timer.completionId },
    result: { kind: "void" },
  });
}
