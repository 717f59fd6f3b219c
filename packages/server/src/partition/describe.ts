import { codec, isCommand, MessageType, messageName } from "@pawl/protocol";
import { Status } from "../store/store.js";
import { type AttemptFailure, formatTarget, type Invocation, type JournalEntry } from "./model.js";
import type { Partition } from "./partition.js";

/** What an operator sees of an invocation. Times are unix milliseconds. */
export interface InvocationDescription {
  readonly id: string;
  readonly target: string;
  readonly status:
    | "scheduled"
    | "pending"
    | "ready"
    | "running"
    | "backing-off"
    | "suspended"
    | "paused"
    | "completed";
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly scheduledFor: number | null;
  readonly runningAt: number | null;
  readonly completedAt: number | null;
  readonly idempotencyKey: string | null;
  /** Id of the invocation that called it, null for clients. */
  readonly invokedBy: string | null;
  /** Where it runs, once it has begun. */
  readonly deploymentId: string | null;
  readonly protocolVersion: number | null;
  /** Failed attempts since it last got on. */
  readonly retryCount: number;
  readonly nextRetryAt: number | null;
  readonly lastFailure: AttemptFailure | null;
  /** null until it is completed. */
  readonly result: "success" | "failure" | null;
  /** Why it failed, like `[409] killed`. */
  readonly failure: string | null;
  readonly journal: readonly DescribedEntry[];
}

export interface DescribedEntry {
  readonly index: number;
  /** `Command: Run`, `Notification: Signal`, ... as the SQL table sys_journal of the official server has it. */
  readonly type: string;
  /** What the user named it, where that is known. */
  readonly name: string | null;
}

/** Needs the journal. */
export function describe(p: Partition, invocation: Invocation): InvocationDescription {
  const { attempt, outcome } = invocation;
  return {
    id: invocation.id,
    target: formatTarget(invocation.target),
    status: statusOf(invocation),
    createdAt: invocation.createdAt,
    modifiedAt: invocation.modifiedAt,
    scheduledFor: invocation.scheduledFor,
    runningAt: invocation.runningAt,
    completedAt: invocation.completedAt,
    idempotencyKey: invocation.idempotencyKey,
    invokedBy: invocation.invokedById,
    deploymentId: invocation.deployment,
    protocolVersion: invocation.protocolVersion,
    retryCount: attempt?.retryCount ?? 0,
    nextRetryAt: attempt?.phase === "backing-off" ? Math.max(attempt.nextRetryAt, p.now) : null,
    lastFailure: attempt?.lastFailure ?? null,
    result: outcome === null ? null : outcome.kind === "value" ? "success" : "failure",
    failure: outcome?.kind === "failure" ? `[${outcome.failure.code}] ${outcome.failure.message}` : null,
    journal: (invocation.journal ?? []).map(describeEntry),
  };
}

function statusOf({ status, attempt }: Invocation): InvocationDescription["status"] {
  switch (status) {
    case Status.Scheduled:
      return "scheduled";
    case Status.Inboxed:
      return "pending";
    case Status.Suspended:
      return "suspended";
    case Status.Paused:
      return "paused";
    case Status.Completed:
      return "completed";
    case Status.Invoked:
      if (attempt === null) return "ready";
      return attempt.phase === "pausing" ? "running" : attempt.phase;
  }
}

function describeEntry({ type, payload }: JournalEntry, index: number): DescribedEntry {
  const name = messageName(type).replace(/Completion$/, "");
  return {
    index,
    type: `${isCommand(type) ? "Command" : "Notification"}: ${name}`,
    name: nameOf(type, payload),
  };
}

/** Commands that tell a reader most by their name or target. */
function nameOf(type: number, payload: Uint8Array): string | null {
  switch (type) {
    case MessageType.Run:
      return codec.Run.decode(payload).name ?? null;
    case MessageType.Call: {
      const { serviceName, handlerName } = codec.Call.decode(payload);
      return `${serviceName}/${handlerName}`;
    }
    case MessageType.OneWayCall: {
      const { serviceName, handlerName } = codec.OneWayCall.decode(payload);
      return `${serviceName}/${handlerName}`;
    }
    case MessageType.SetState:
      return codec.SetState.decode(payload).key;
    case MessageType.GetPromise:
      return codec.GetPromise.decode(payload).key;
    default:
      return null;
  }
}
