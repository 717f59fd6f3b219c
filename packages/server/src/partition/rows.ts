/** The core's own values inside rows: small things as JSON, so that a person who reads the tables understands them. */
import type { Failure, Future, Outcome } from "@pawl/protocol";
import { codec } from "@pawl/protocol";
import { type InvocationRow, OutcomeKind, Status } from "../store/store.js";
import { type Awaiting, type Invocation, readyAttempt, UNKNOWN_LENGTH, type Waiter } from "./model.js";

const text = new TextEncoder();
const fromText = new TextDecoder();

export function encodeWaiters(waiters: readonly Waiter[]): string | null {
  return waiters.length === 0 ? null : JSON.stringify(waiters);
}

export function decodeWaiters(json: string | null): Waiter[] {
  return json === null ? [] : (JSON.parse(json) as Waiter[]);
}

export interface OutcomeColumns {
  readonly outcomeKind: OutcomeKind | null;
  readonly outcome: Uint8Array | null;
}

const NO_OUTCOME: OutcomeColumns = { outcomeKind: null, outcome: null };

export function encodeOutcome(outcome: Outcome | null): OutcomeColumns {
  if (outcome === null) return NO_OUTCOME;
  return outcome.kind === "value"
    ? { outcomeKind: OutcomeKind.Value, outcome: outcome.value }
    : { outcomeKind: OutcomeKind.Failure, outcome: text.encode(JSON.stringify(outcome.failure)) };
}

export function decodeOutcome(row: OutcomeColumns): Outcome | null {
  if (row.outcomeKind === null) return null;
  const bytes = row.outcome ?? new Uint8Array();
  return row.outcomeKind === OutcomeKind.Value
    ? { kind: "value", value: bytes }
    : { kind: "failure", failure: JSON.parse(fromText.decode(bytes)) as Failure };
}

/** A suspension's own encoding: the wire message, which holds either form. */
export function encodeAwaiting(awaiting: Awaiting | null): Uint8Array | null {
  if (awaiting === null) return null;
  return awaiting.kind === "any"
    ? codec.Suspension.encode(awaiting)
    : codec.Suspension.encode({
        completions: [],
        signals: [],
        namedSignals: [],
        awaitingOn: awaiting.future,
      });
}

export function decodeAwaiting(bytes: Uint8Array | null): Awaiting | null {
  if (bytes === null) return null;
  return toAwaiting(codec.Suspension.decode(bytes));
}

export function toAwaiting(suspension: {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly namedSignals: readonly string[];
  readonly awaitingOn?: Future;
}): Awaiting {
  if (suspension.awaitingOn !== undefined) return { kind: "tree", future: suspension.awaitingOn };
  const { completions, signals, namedSignals } = suspension;
  return { kind: "any", completions, signals, namedSignals };
}

export function fromRow(row: InvocationRow): Invocation {
  const isInvoked = row.status === Status.Invoked;
  return {
    num: row.num,
    partition: row.partition,
    id: row.id,
    target: { service: row.service, handler: row.handler, key: row.key, kind: row.kind },
    idempotencyKey: row.idempotencyKey,
    invokedBy: row.invokedBy,
    invokedById: row.invokedById,
    invokedByTarget: row.invokedByTarget,
    createdAt: row.createdAt,
    scheduledFor: row.scheduledFor,
    traceparent: row.traceparent,
    tracestate: row.tracestate,
    status: row.status,
    modifiedAt: row.modifiedAt,
    inboxedAt: row.inboxedAt,
    runningAt: row.runningAt,
    completedAt: row.completedAt,
    inboxSeq: row.inboxSeq,
    deployment: row.deployment,
    protocolVersion: row.protocolVersion,
    journal: null,
    tail: [],
    journalLength: isInvoked ? UNKNOWN_LENGTH : row.journalLength,
    commandCount: row.commandCount,
    completionRetentionMs: row.completionRetention,
    journalRetentionMs: row.journalRetention,
    awaiting: decodeAwaiting(row.awaiting),
    waiters: decodeWaiters(row.waiters),
    outcome: decodeOutcome(row),
    purgeAt: row.purgeAt,
    attempt: isInvoked ? readyAttempt() : null,
    isNew: false,
    isDirty: false,
    lastBatch: 0,
    isDeleted: false,
  };
}
