/**
 * What the node asks of a store. Rows are relational and flat: the tables behind them are what SQL introspection shows.
 *
 * One `Batch` is one transaction. A store applies batches in the order in which `commit` was called, all or nothing, and a
 * resolved `commit` means durable. Reads see every batch whose commit has resolved.
 *
 * Numbers: an invocation has an id (text, what the world sees) and a number (what rows are joined by). A number is
 * `partition * NUMBERS_PER_PARTITION + n` and is never used twice.
 */

export const NUMBERS_PER_PARTITION = 2 ** 40;

export interface Store {
  /** Applies the batch durably. Rejects only when the store is unusable: the node then stops. */
  commit(batch: Batch): Promise<void>;
  /** Everything that a node needs before it accepts work. */
  recover(): Promise<Recovered>;
  /** Reads what is not in memory. One round trip for all of it. */
  load(request: LoadRequest): Promise<Loaded>;
  /** Timers of a partition with `at <= until`, soonest first, at most `limit`, strictly after `after` when given. */
  timers(partition: number, until: number, limit: number, after?: TimerRow): Promise<TimerRow[]>;
  /** The events of an invocation that are kept, the oldest first. */
  journalEvents(num: number): Promise<JournalEventRow[]>;
  /** Completed invocations with `purgeAt <= now`, oldest first: what the cleaner removes. */
  expired(partition: number, now: number, limit: number): Promise<InvocationRow[]>;
  close(): Promise<void>;
}

/** Numeric so that a status compares and stores cheaply. Views turn it into text. */
export const Status = {
  Scheduled: 0,
  Inboxed: 1,
  Invoked: 2,
  Suspended: 3,
  Paused: 4,
  Completed: 5,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export const HandlerKind = {
  Service: 0,
  ObjectExclusive: 1,
  ObjectShared: 2,
  WorkflowRun: 3,
  WorkflowShared: 4,
} as const;
export type HandlerKind = (typeof HandlerKind)[keyof typeof HandlerKind];

export const InvokedBy = { Ingress: 0, Service: 1, RestartAsNew: 2 } as const;
export type InvokedBy = (typeof InvokedBy)[keyof typeof InvokedBy];

export const OutcomeKind = { Value: 1, Failure: 2 } as const;
export type OutcomeKind = (typeof OutcomeKind)[keyof typeof OutcomeKind];

/** Columns that never change once the row is there. */
export interface InvocationIdentity {
  readonly num: number;
  readonly partition: number;
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  /** null for unkeyed services. */
  readonly key: string | null;
  readonly kind: HandlerKind;
  readonly idempotencyKey: string | null;
  readonly invokedBy: InvokedBy;
  /** Id of the invocation that called (or that was restarted), null from the ingress. */
  readonly invokedById: string | null;
  /** `Service/handler` of the caller. */
  readonly invokedByTarget: string | null;
  readonly createdAt: number;
  /** When a delayed call is due, null for calls without delay. */
  readonly scheduledFor: number | null;
  readonly traceparent: string | null;
  /** As `parseTracestate` returns it; null without a traceparent. */
  readonly tracestate: string | null;
}

export interface InvocationProgress {
  readonly status: Status;
  readonly modifiedAt: number;
  readonly inboxedAt: number | null;
  readonly runningAt: number | null;
  readonly completedAt: number | null;
  /** Place in its key's queue while it waits for or holds the key (exclusive handlers only), else null. */
  readonly inboxSeq: number | null;
  readonly deployment: string | null;
  readonly protocolVersion: number | null;
  readonly journalLength: number;
  readonly commandCount: number;
  /** How long the result and the journal are kept once completed, milliseconds. 0: not at all. */
  readonly completionRetention: number;
  readonly journalRetention: number;
  /** What a suspended invocation waits for, as the core encoded it. */
  readonly awaiting: Uint8Array | null;
  /** Who waits for the result, as the core encoded it (JSON). */
  readonly waiters: string | null;
  readonly outcomeKind: OutcomeKind | null;
  /** The value, or the encoded Failure message. */
  readonly outcome: Uint8Array | null;
  /** When the cleaner may remove the row, unix milliseconds. */
  readonly purgeAt: number | null;
}

export interface InvocationRow extends InvocationIdentity, InvocationProgress {}
export interface InvocationUpdate extends InvocationProgress {
  readonly num: number;
}

/** Commands and notifications of an invocation in one total order. */
export interface JournalRow {
  readonly num: number;
  readonly index: number;
  /** Message type of the service protocol. */
  readonly type: number;
  readonly payload: Uint8Array;
  readonly appendedAt: number;
}

/** Something that happened to an invocation between two entries of its journal: an attempt failed, it was paused. */
export interface JournalEventRow {
  readonly num: number;
  /** The last entry that was there. */
  readonly afterEntryIndex: number;
  readonly appendedAt: number;
  readonly type: string;
  readonly json: string;
}

/** Of one invocation the newest so many events are kept. */
export const MAX_JOURNAL_EVENTS = 20;

export interface StateRow {
  readonly partition: number;
  readonly service: string;
  readonly key: string;
  readonly name: string;
  readonly value: Uint8Array;
}

export interface PromiseRow {
  readonly partition: number;
  readonly service: string;
  readonly key: string;
  readonly name: string;
  /** null while the promise is open. */
  readonly outcomeKind: OutcomeKind | null;
  readonly outcome: Uint8Array | null;
  /** Who waits for it, as the core encoded it (JSON). */
  readonly waiters: string | null;
}

/** `completionId` 0 is the start of a delayed invocation, else the Sleep command's completion. */
export interface TimerRow {
  readonly partition: number;
  readonly at: number;
  readonly num: number;
  readonly completionId: number;
}

/** A message to an invocation or key that was not at hand when it was sent. */
export interface OutboxRow {
  readonly partition: number;
  readonly seq: number;
  readonly message: Uint8Array;
}

/** Deployments, services' overrides, settings: small documents that are read once at start. */
export interface DocumentRow {
  readonly kind: "deployment" | "service" | "meta";
  readonly id: string;
  readonly json: string;
}

export interface KeyRef {
  readonly partition: number;
  readonly service: string;
  readonly key: string;
}

/** One transaction. Deletes are applied before puts within each table; no row appears twice in one list. */
export interface Batch {
  readonly invocationInserts: readonly InvocationRow[];
  readonly invocationUpdates: readonly InvocationUpdate[];
  /** Removes the rows with their journals and events. */
  readonly invocationDeletes: readonly number[];
  readonly journalAppends: readonly JournalRow[];
  /** Removes the whole journal and its events, keeps the invocation. */
  readonly journalDeletes: readonly number[];
  /** In order; an invocation may have several. Older ones beyond MAX_JOURNAL_EVENTS go. */
  readonly journalEvents: readonly JournalEventRow[];
  readonly statePuts: readonly StateRow[];
  readonly stateDeletes: readonly (KeyRef & { readonly name: string })[];
  /** Removes all state of a key. Applied before stateDeletes and statePuts. */
  readonly stateClears: readonly KeyRef[];
  readonly promisePuts: readonly PromiseRow[];
  /** Removes all promises of a key. Applied before promisePuts. */
  readonly promiseClears: readonly KeyRef[];
  readonly timerPuts: readonly TimerRow[];
  readonly timerDeletes: readonly TimerRow[];
  readonly outboxPuts: readonly OutboxRow[];
  readonly outboxDeletes: readonly { readonly partition: number; readonly seq: number }[];
  readonly documentPuts: readonly DocumentRow[];
  readonly documentDeletes: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[];
}

export interface Recovered {
  readonly documents: readonly DocumentRow[];
  /** Invocations that were running (status Invoked): their attempts start anew. No journals. */
  readonly running: readonly InvocationRow[];
  readonly outbox: readonly OutboxRow[];
}

export interface LoadRequest {
  readonly invocations: readonly string[];
  readonly invocationNums: readonly number[];
  /** Journals by invocation number. */
  readonly journals: readonly number[];
  readonly keys: readonly KeyRef[];
}

export interface LoadedKey {
  readonly ref: KeyRef;
  readonly state: readonly { readonly name: string; readonly value: Uint8Array }[];
  readonly promises: readonly PromiseRow[];
  /** Exclusive invocations that wait for or hold the key, by inboxSeq. */
  readonly queue: readonly {
    readonly num: number;
    readonly id: string;
    readonly status: Status;
    readonly inboxSeq: number;
  }[];
}

/** Answers in the order of the request; null where there is no such row. */
export interface Loaded {
  readonly invocations: readonly (InvocationRow | null)[];
  readonly invocationNums: readonly (InvocationRow | null)[];
  readonly journals: readonly (readonly JournalRow[])[];
  readonly keys: readonly LoadedKey[];
}
