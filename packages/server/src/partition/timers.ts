import { codec, MessageType } from "@pawl/protocol";
import { Status, type TimerRow } from "../store/store.js";
import { activate } from "./invoke.js";
import type { Invocation, JournalEntry } from "./model.js";
import { deliver } from "./notifications.js";
import type { Partition } from "./partition.js";

const NONE: readonly JournalEntry[] = [];

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

/**
 * The invocation ends: its timers have nobody to wake any more. A sleep that lost a race (a timeout of an hour around a
 * call of a second) would else keep its row until it is due. What is in memory already fires, and finds nothing.
 */
export function cancelTimers(p: Partition, invocation: Invocation): void {
  const { num, scheduledFor } = invocation;
  if (invocation.status === Status.Scheduled && scheduledFor !== null) {
    p.turn.batch.deleteTimer({ partition: p.number, at: scheduledFor, num, completionId: 0 });
    return;
  }
  for (const { payload } of openSleeps(invocation)) {
    const { wakeUpTime, resultCompletionId } = codec.Sleep.decode(payload);
    p.turn.batch.deleteTimer({ partition: p.number, at: wakeUpTime, num, completionId: resultCompletionId });
  }
}

/** The commands Sleep of a journal that have no completion. Most journals have no Sleep at all: these cost a look at each type. */
function openSleeps({ journal }: Invocation): readonly JournalEntry[] {
  const sleeps = journal?.filter(({ type }) => type === MessageType.Sleep) ?? NONE;
  if (sleeps.length === 0) return NONE;
  const done = new Set<number>();
  for (const { type, payload } of journal ?? NONE) {
    if (type !== MessageType.SleepCompletion) continue;
    const { id } = codec.Notification.decode(payload);
    if (id.kind === "completion") done.add(id.id);
  }
  return sleeps.filter(({ payload }) => !done.has(codec.Sleep.decode(payload).resultCompletionId));
}
