import type { Outcome } from "@pawl/protocol";
import { HandlerKind, Status } from "../store/store.js";
import type { EndReason } from "./commands.js";
import { notifyWaiter } from "./invoke.js";
import { leaveQueue } from "./key-queue.js";
import { type Invocation, isInFlight } from "./model.js";
import type { Partition } from "./partition.js";
import { cancelTimers } from "./timers.js";

/** The invocation has its outcome: whoever waits is told, the key goes to the next one, retention begins. */
export function complete(p: Partition, invocation: Invocation, outcome: Outcome, reason: EndReason): void {
  endAttempt(p, invocation, reason);
  cancelTimers(p, invocation);
  invocation.status = Status.Completed;
  invocation.outcome = outcome;
  invocation.completedAt = p.now;
  invocation.awaiting = null;
  p.announce(reason === "killed" ? "killed" : "completed", invocation);
  for (const waiter of invocation.waiters) notifyWaiter(p, waiter, outcome);
  invocation.waiters = [];
  const listeners = p.listeners.get(invocation.id);
  if (listeners !== undefined) {
    p.listeners.delete(invocation.id);
    const { id, target } = invocation;
    for (const responder of listeners)
      p.respond(responder, { kind: "outcome", id, target, outcome, keptUntil: null });
  }
  leaveQueue(p, invocation);
  p.touch(invocation);
  if (invocation.completionRetentionMs <= 0) {
    purge(p, invocation);
  } else {
    const journalMs = Math.min(invocation.journalRetentionMs, invocation.completionRetentionMs);
    if (journalMs <= 0) dropJournal(p, invocation);
    invocation.purgeAt = p.now + (journalMs > 0 ? journalMs : invocation.completionRetentionMs);
  }
}

/** The attempt, if there is one, is over: its stream is closed and its slot freed after the commit. */
export function endAttempt(p: Partition, invocation: Invocation, reason: EndReason): void {
  const attempt = invocation.attempt;
  invocation.attempt = null;
  if (attempt === null || !isInFlight(attempt)) return;
  if (invocation.target.key !== null) p.keyOf(invocation).running--;
  p.turn.effects.push({ kind: "end", num: invocation.num, epoch: attempt.epoch, reason });
}

/** Retention has passed. The journal may go before the outcome does. */
export function expire(p: Partition, invocation: Invocation): void {
  if (invocation.status !== Status.Completed || invocation.completedAt === null) return;
  const end = invocation.completedAt + invocation.completionRetentionMs;
  if (end <= p.now) {
    purge(p, invocation);
  } else {
    dropJournal(p, invocation);
    invocation.purgeAt = end;
    p.touch(invocation);
  }
}

/** Removes the journal of a completed invocation and keeps its outcome. */
export function purgeJournal(p: Partition, invocation: Invocation): void {
  if (invocation.journalLength === 0) return;
  dropJournal(p, invocation);
  invocation.purgeAt = (invocation.completedAt ?? p.now) + invocation.completionRetentionMs;
  p.touch(invocation);
}

function dropJournal(p: Partition, invocation: Invocation): void {
  p.turn.batch.deleteJournal(invocation.num);
  invocation.journal = [];
  invocation.tail = [];
  invocation.journalLength = 0;
  invocation.commandCount = 0;
}

/** Removes every trace. A workflow's state and promises live as long as its result does. */
export function purge(p: Partition, invocation: Invocation): void {
  invocation.isDeleted = true;
  p.turn.batch.touch(invocation);
  if (invocation.target.kind !== HandlerKind.WorkflowRun) return;
  const key = p.keyOf(invocation);
  key.state.clear();
  key.dirtyState.clear();
  key.stateCleared = true;
  key.promises.clear();
  key.dirtyPromises.clear();
  key.promisesCleared = true;
  p.turn.batch.touchKey(key);
}
