import { Status } from "../store/store.js";
import type { EndReason, Response } from "./commands.js";
import { endAttempt } from "./completion.js";
import { recordPaused } from "./journal-events.js";
import { type AttemptFailure, type DeploymentChoice, type Invocation, isInFlight } from "./model.js";
import type { Partition } from "./partition.js";
import { chooseDeployment } from "./repin.js";

/**
 * Stops an invocation until somebody resumes or cancels it. Its journal so far stands, notifications are collected; it
 * keeps its key.
 */
export function pause(
  p: Partition,
  invocation: Invocation,
  reason: EndReason,
  failure: AttemptFailure | null,
): void {
  endAttempt(p, invocation, reason);
  invocation.status = Status.Paused;
  invocation.awaiting = null;
  p.touch(invocation);
  recordPaused(p, invocation, failure);
  p.announce("paused", invocation);
}

/**
 * An operator pauses. A running attempt is asked to suspend, so that a step under way may come to its end; the invocation is
 * paused when that attempt is over, unless it completes. Its row says so from now on: the attempt does not outlive a crash.
 */
export function pauseOnRequest(p: Partition, invocation: Invocation): Response {
  const { status, attempt, num } = invocation;
  switch (status) {
    case Status.Paused:
      return { kind: "already-paused" };
    case Status.Invoked:
      if (attempt === null || !isInFlight(attempt)) {
        pause(p, invocation, "paused", presentFailure(invocation));
      } else if (attempt.phase !== "pausing") {
        attempt.phase = "pausing";
        p.touch(invocation);
        p.turn.effects.push({ kind: "askToSuspend", num, epoch: attempt.epoch });
      }
      return { kind: "done" };
    case Status.Suspended:
      pause(p, invocation, "paused", null);
      return { kind: "done" };
    default:
      return { kind: "not-running" };
  }
}

/** Somebody wants it to go on: when the attempt that was asked to suspend does so, the next one begins. */
export function takeBackPause(p: Partition, invocation: Invocation): void {
  if (invocation.attempt?.phase !== "pausing") return;
  invocation.attempt.phase = "running";
  p.touch(invocation);
}

/** Of the last attempt, unless something was stored since. */
export function presentFailure({ attempt }: Invocation): AttemptFailure | null {
  return attempt !== null && attempt.retryCount > 0 ? attempt.lastFailure : null;
}

/** A suspended or paused invocation runs again. */
export function resume(p: Partition, invocation: Invocation): void {
  invocation.awaiting = null;
  const attempt = p.makeReady(invocation);
  // It has had attempts before: this is not the first one, which may start early (see `begin`).
  attempt.epoch = p.nextEpoch++;
  p.touch(invocation);
}

/** An operator resumes: a paused or suspended invocation runs, one that waits for its next attempt has it now. */
export function resumeOnRequest(
  p: Partition,
  invocation: Invocation,
  deployment: DeploymentChoice,
): Response {
  switch (invocation.status) {
    case Status.Completed:
      return { kind: "already-completed" };
    case Status.Scheduled:
    case Status.Inboxed:
      return { kind: "not-started" };
    case Status.Invoked:
      if (deployment !== "keep") return { kind: "deployment-in-use" };
      if (invocation.attempt?.phase === "backing-off") p.makeReady(invocation);
      takeBackPause(p, invocation);
      return { kind: "done" };
    default: {
      const chosen = chooseDeployment(p, invocation, deployment);
      if ("kind" in chosen) return chosen;
      invocation.deployment = chosen.deployment;
      resume(p, invocation);
      return { kind: "done" };
    }
  }
}
