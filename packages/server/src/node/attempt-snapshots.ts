import { messageName } from "@pawl/protocol";
import { type AttemptFailure, type Invocation, isInFlight } from "../partition/model.js";
import type { Partition } from "../partition/partition.js";
import { failureText } from "../store/introspection/functions/failures.js";
import type { AttemptFailureSnapshot, AttemptSnapshot } from "../store/introspection/introspection.js";
import type { NodeRegistry } from "./registry.js";

/** A copy of what memory knows of attempts: of each invocation that has begun one. */
export function attemptSnapshots(
  partitions: readonly Pick<Partition, "byNum">[],
  registry: Pick<NodeRegistry, "handler" | "deployment">,
): AttemptSnapshot[] {
  const snapshots: AttemptSnapshot[] = [];
  for (const { byNum } of partitions) {
    for (const invocation of byNum.values()) {
      const snapshot = attemptSnapshot(invocation, registry);
      if (snapshot !== null) snapshots.push(snapshot);
    }
  }
  return snapshots;
}

function attemptSnapshot(
  { num, attempt, deployment, target }: Invocation,
  registry: Pick<NodeRegistry, "handler" | "deployment">,
): AttemptSnapshot | null {
  if (attempt === null || attempt.epoch === 0) return null;
  const inFlight = isInFlight(attempt);
  // Without an entry of its own it goes wherever its handler is now.
  const id = deployment ?? registry.handler(target.service, target.handler)?.deploymentId ?? null;
  return {
    num,
    inFlight,
    startedAttempts: attempt.retryCount + (inFlight ? 1 : 0),
    lastStartAt: attempt.startedAt,
    nextRetryAt: attempt.phase === "backing-off" ? attempt.nextRetryAt : null,
    deployment: id,
    server: id === null ? null : (registry.deployment(id)?.sdkVersion ?? null),
    failure: attempt.lastFailure === null ? null : failureSnapshot(attempt.lastFailure),
  };
}

function failureSnapshot(failure: AttemptFailure): AttemptFailureSnapshot {
  const { relatedCommandType: type, stacktrace } = failure;
  return {
    text: `${failureText(failure)}${stacktrace === undefined ? "" : `\n${stacktrace}`}`,
    docCode: failure.docCode ?? null,
    commandIndex: failure.relatedCommandIndex ?? null,
    commandName: failure.relatedCommandName ?? null,
    commandType: type === undefined ? null : messageName(type),
  };
}
