import { Status } from "../store/store.js";
import type { EndReason, Response } from "./commands.js";
import { endAttempt } from "./completion.js";
import { recordPaused } from "./journal-events.js";
import type { AttemptFailure, DeploymentChoice, Invocation } from "./model.js";
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

/** An operator pauses: an attempt is cut at once. */
export function pauseOnRequest(p: Partition, invocation: Invocation): Response {
  switch (invocation.status) {
    case Status.Paused:
      return { kind: "already-paused" };
    case Status.Invoked:
    case Status.Suspended:
      pause(p, invocation, "paused", presentFailure(invocation));
      return { kind: "done" };
    default:
      return { kind: "not-running" };
  }
}

/** Of the last attempt, unless something was stored since. */
function presentFailure({ attempt }: Invocation): AttemptFailure | null {
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
