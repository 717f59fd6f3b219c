import type { Future, Outcome } from "@pawl/protocol";
import { HandlerKind, type InvokedBy, type Status } from "../store/store.js";

/** What is called: a handler of a service, for keyed services with a key. */
export interface Target {
  readonly service: string;
  readonly handler: string;
  /** null for unkeyed services. */
  readonly key: string | null;
  readonly kind: HandlerKind;
}

export function formatTarget(target: Target): string {
  return target.key === null
    ? `${target.service}/${target.handler}`
    : `${target.service}/${target.key}/${target.handler}`;
}

/** One entry of a journal: a command or a notification, as it was on the wire. */
export interface JournalEntry {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** An invocation that gets a notification when another one (or a promise) has its outcome. */
export interface Waiter {
  readonly id: string;
  readonly completionId: number;
  /** Message type of the notification: CallCompletion, AttachInvocationCompletion, GetPromiseCompletion, ... */
  readonly type: number;
}

/** What a suspended invocation waits for. V5 and V6 name flat lists (any of them wakes it), V7 a tree. */
export type Awaiting =
  | {
      readonly kind: "any";
      readonly completions: readonly number[];
      readonly signals: readonly number[];
      readonly namedSignals: readonly string[];
    }
  | { readonly kind: "tree"; readonly future: Future };

/** How failed attempts are repeated. Source of the defaults: Restate 1.7 as observed, docs/compatibility.md. */
export interface RetryPolicy {
  readonly initialIntervalMs: number;
  readonly exponentiationFactor: number;
  readonly maxIntervalMs: number;
  /** null: without end. */
  readonly maxAttempts: number | null;
  readonly onMaxAttempts: "pause" | "kill";
}

export interface AttemptFailure {
  /** HTTP-like code of the handler's error, or of the transport's. */
  readonly code: number;
  readonly message: string;
  readonly stacktrace?: string;
  /** Documented error, `RT0007` and the like. */
  readonly docCode?: string;
  readonly relatedCommandIndex?: number;
  readonly relatedCommandName?: string;
  readonly relatedCommandType?: number;
  /** When given, it overrides the policy's next delay. */
  readonly nextRetryDelayMs?: number;
  readonly behavior?: "retry" | "pause" | "fail";
}

/** The moving part of an invocation that is being executed. Lives in memory only: a crash starts a new attempt. */
export interface AttemptState {
  /** Unique in this process, 0 before the first begin: events of older attempts are ignored. */
  epoch: number;
  /** pausing: it runs, was asked to suspend, and whatever it does but complete, the invocation is paused then. */
  phase: "ready" | "running" | "pausing" | "backing-off";
  startedAt: number;
  /** Failed attempts since the last entry was stored. */
  retryCount: number;
  /** When the first of those attempts failed, 0 when none has. */
  failingSince: number;
  nextRetryAt: number;
  lastFailure: AttemptFailure | null;
}

/** Whether an endpoint is at it. */
export function isInFlight({ phase }: AttemptState): boolean {
  return phase === "running" || phase === "pausing";
}

/** Before the first attempt of this process. */
export function readyAttempt(): AttemptState {
  return {
    epoch: 0,
    phase: "ready",
    startedAt: 0,
    retryCount: 0,
    failingSince: 0,
    nextRetryAt: 0,
    lastFailure: null,
  };
}

/** The row of a running invocation is not written for every entry: after a crash only the journal itself knows. */
export const UNKNOWN_LENGTH = -1;

/** An invocation in memory. `Completed` and `Suspended` ones leave memory as soon as they are durable. */
export interface Invocation {
  readonly num: number;
  readonly partition: number;
  readonly id: string;
  readonly target: Target;
  readonly idempotencyKey: string | null;
  readonly invokedBy: InvokedBy;
  readonly invokedById: string | null;
  readonly invokedByTarget: string | null;
  readonly createdAt: number;
  readonly scheduledFor: number | null;
  readonly traceparent: string | null;
  /** As `parseTracestate` returns it; null without a traceparent. */
  readonly tracestate: string | null;
  status: Status;
  modifiedAt: number;
  inboxedAt: number | null;
  runningAt: number | null;
  completedAt: number | null;
  inboxSeq: number | null;
  deployment: string | null;
  protocolVersion: number | null;
  /** null when the journal is not in memory. */
  journal: JournalEntry[] | null;
  /** Entries that were appended while the journal was not in memory. */
  tail: JournalEntry[];
  /** Commands and notifications; UNKNOWN_LENGTH until the journal is loaded, for one that was running at a crash. */
  journalLength: number;
  commandCount: number;
  completionRetentionMs: number;
  journalRetentionMs: number;
  awaiting: Awaiting | null;
  waiters: Waiter[];
  outcome: Outcome | null;
  purgeAt: number | null;
  attempt: AttemptState | null;
  /** No batch with this invocation's row has been taken yet. */
  isNew: boolean;
  /** It is in the batch that is being built. */
  isDirty: boolean;
  /** Number of the last batch that wrote of it, row or journal: it may leave memory once that batch is durable. */
  lastBatch: number;
  /** Removed from the store with this batch. */
  isDeleted: boolean;
}

export interface PromiseState {
  outcome: Outcome | null;
  waiters: Waiter[];
}

/** Where an invocation goes on: where it began, where new ones go, or on the deployment with this id. */
export type DeploymentChoice = "keep" | "latest" | `dp_${string}`;

/** New state for a key, from outside. */
export interface StateMutation {
  /** All names of the key: what is not here goes. */
  readonly state: readonly { readonly name: string; readonly value: Uint8Array }[];
  /** Of the state that it was made from: when the key's is another by then, nothing happens. null: in any case. */
  readonly version: string | null;
}

export type Queued = QueuedInvocation | QueuedMutation;

export interface QueuedInvocation {
  readonly kind: "invocation";
  readonly num: number;
  readonly id: string;
  readonly inboxSeq: number;
}

export interface QueuedMutation {
  readonly kind: "mutation";
  readonly inboxSeq: number;
  readonly mutation: StateMutation;
  /** The row of the outbox that keeps it until it is its turn. */
  readonly outboxSeq: number;
}

/** Everything that belongs to one key of a virtual object or workflow. */
export interface KeyState {
  readonly partition: number;
  readonly service: string;
  readonly key: string;
  readonly state: Map<string, Uint8Array>;
  readonly promises: Map<string, PromiseState>;
  /** Exclusive invocations, and changes of state from outside, in arrival order. The first is an invocation and holds the key. */
  readonly queue: Queued[];
  /** Changes since the last batch: a value, or null for a removed name. */
  readonly dirtyState: Map<string, Uint8Array | null>;
  stateCleared: boolean;
  readonly dirtyPromises: Set<string>;
  promisesCleared: boolean;
  /** Attempts that run on this key: it must stay in memory for them. */
  running: number;
  isDirty: boolean;
  lastBatch: number;
}

export type SignalId =
  | { readonly kind: "signal"; readonly index: number }
  | { readonly kind: "namedSignal"; readonly name: string };

/** Handlers that hold their key: one at a time, in arrival order. */
export function isExclusive(kind: HandlerKind): boolean {
  return kind === HandlerKind.ObjectExclusive || kind === HandlerKind.WorkflowRun;
}

export function isWorkflow(kind: HandlerKind): boolean {
  return kind === HandlerKind.WorkflowRun || kind === HandlerKind.WorkflowShared;
}
