import {
  type Batch,
  type DocumentRow,
  type InvocationRow,
  type InvocationUpdate,
  type JournalEventRow,
  type JournalRow,
  type KeyRef,
  type OutboxRow,
  type PromiseRow,
  type StateRow,
  Status,
  type TimerRow,
} from "../store/store.js";
import type { Invocation, KeyState } from "./model.js";
import { encodeAwaiting, encodeOutcome, encodeWaiters } from "./rows.js";

/**
 * Collects what the next transaction writes. Invocations and keys are marked when they change and written once, as they
 * are when the batch is taken: ten changes of one invocation in a turn cost one row.
 */
export class BatchBuilder {
  /** Number of the batch that is being built. */
  number = 1;
  #invocations: Invocation[] = [];
  #keys: KeyState[] = [];
  #journal: JournalRow[] = [];
  #journalDeletes: number[] = [];
  #journalEvents: JournalEventRow[] = [];
  #timerPuts = new Map<string, TimerRow>();
  #timerDeletes: TimerRow[] = [];
  #outboxPuts: OutboxRow[] = [];
  #outboxDeletes: { partition: number; seq: number }[] = [];
  #documentPuts: DocumentRow[] = [];
  #documentDeletes: { kind: DocumentRow["kind"]; id: string }[] = [];

  touch(invocation: Invocation): void {
    invocation.lastBatch = this.number;
    if (invocation.isDirty) return;
    invocation.isDirty = true;
    this.#invocations.push(invocation);
  }

  touchKey(key: KeyState): void {
    key.lastBatch = this.number;
    if (key.isDirty) return;
    key.isDirty = true;
    this.#keys.push(key);
  }

  appendJournal(num: number, index: number, type: number, payload: Uint8Array, appendedAt: number): void {
    this.#journal.push({ num, index, type, payload, appendedAt });
  }

  appendJournalEvent(row: JournalEventRow): void {
    this.#journalEvents.push(row);
  }

  /** Drops a whole journal and its events, with what this batch would have appended to them. */
  deleteJournal(num: number): void {
    this.#journal = this.#journal.filter((row) => row.num !== num);
    this.#journalEvents = this.#journalEvents.filter((row) => row.num !== num);
    this.#journalDeletes.push(num);
  }

  putTimer(timer: TimerRow): void {
    this.#timerPuts.set(timerKey(timer), timer);
  }

  deleteTimer(timer: TimerRow): void {
    if (!this.#timerPuts.delete(timerKey(timer))) this.#timerDeletes.push(timer);
  }

  putOutbox(row: OutboxRow): void {
    this.#outboxPuts.push(row);
  }

  deleteOutbox(partition: number, seq: number): void {
    const pending = this.#outboxPuts.findIndex((row) => row.partition === partition && row.seq === seq);
    if (pending >= 0) this.#outboxPuts.splice(pending, 1);
    else this.#outboxDeletes.push({ partition, seq });
  }

  putDocument(row: DocumentRow): void {
    this.#dropPendingDocument(row.kind, row.id);
    this.#documentPuts.push(row);
  }

  deleteDocument(kind: DocumentRow["kind"], id: string): void {
    this.#dropPendingDocument(kind, id);
    this.#documentDeletes.push({ kind, id });
  }

  #dropPendingDocument(kind: DocumentRow["kind"], id: string): void {
    this.#documentPuts = this.#documentPuts.filter((row) => row.kind !== kind || row.id !== id);
  }

  /** The batch and the invocations and keys in it; null when nothing was written. The next batch begins. */
  take(): TakenBatch | null {
    const invocations = this.#invocations;
    const keys = this.#keys;
    const inserts: InvocationRow[] = [];
    const updates: InvocationUpdate[] = [];
    const deletes: number[] = [];
    for (const invocation of invocations) {
      invocation.isDirty = false;
      if (invocation.isDeleted) {
        if (!invocation.isNew) deletes.push(invocation.num);
      } else if (invocation.isNew) {
        inserts.push(toRow(invocation));
      } else {
        updates.push(toUpdate(invocation));
      }
    }
    // An invocation that came and went within one batch leaves no trace, so neither may its journal.
    let journal = this.#journal;
    let journalEvents = this.#journalEvents;
    if (invocations.some((i) => i.isDeleted)) {
      const gone = new Set(invocations.filter((i) => i.isDeleted).map((i) => i.num));
      journal = journal.filter((row) => !gone.has(row.num));
      journalEvents = journalEvents.filter((row) => !gone.has(row.num));
    }
    for (const invocation of invocations) invocation.isNew = false;
    const written = collectKeys(keys);
    const batch: Batch = {
      invocationInserts: inserts,
      invocationUpdates: updates,
      invocationDeletes: deletes,
      journalAppends: journal,
      journalDeletes: this.#journalDeletes,
      journalEvents,
      ...written,
      timerPuts: [...this.#timerPuts.values()],
      timerDeletes: this.#timerDeletes,
      outboxPuts: this.#outboxPuts,
      outboxDeletes: this.#outboxDeletes,
      documentPuts: this.#documentPuts,
      documentDeletes: this.#documentDeletes,
    };
    if (invocations.length === 0 && isEmpty(batch)) return null;
    const number = this.number++;
    this.#invocations = [];
    this.#keys = [];
    this.#journal = [];
    this.#journalDeletes = [];
    if (this.#journalEvents.length > 0) this.#journalEvents = [];
    if (this.#timerPuts.size > 0) this.#timerPuts = new Map();
    this.#timerDeletes = [];
    this.#outboxPuts = [];
    this.#outboxDeletes = [];
    this.#documentPuts = [];
    this.#documentDeletes = [];
    return { number, batch, invocations, keys };
  }
}

export interface TakenBatch {
  readonly number: number;
  readonly batch: Batch;
  readonly invocations: readonly Invocation[];
  readonly keys: readonly KeyState[];
}

function timerKey(timer: TimerRow): string {
  return `${timer.num}/${timer.completionId}/${timer.at}`;
}

function isEmpty(batch: Batch): boolean {
  for (const rows of Object.values(batch) as readonly unknown[][]) if (rows.length > 0) return false;
  return true;
}

function collectKeys(keys: readonly KeyState[]) {
  const statePuts: StateRow[] = [];
  const stateDeletes: (KeyRef & { name: string })[] = [];
  const stateClears: KeyRef[] = [];
  const promisePuts: PromiseRow[] = [];
  const promiseClears: KeyRef[] = [];
  for (const key of keys) {
    const ref = { partition: key.partition, service: key.service, key: key.key };
    if (key.stateCleared) stateClears.push(ref);
    for (const [name, value] of key.dirtyState) {
      if (value !== null) statePuts.push({ ...ref, name, value });
      else if (!key.stateCleared) stateDeletes.push({ ...ref, name });
    }
    if (key.promisesCleared) promiseClears.push(ref);
    for (const name of key.dirtyPromises) {
      const promise = key.promises.get(name);
      if (promise === undefined) continue;
      promisePuts.push({
        ...ref,
        name,
        ...encodeOutcome(promise.outcome),
        waiters: encodeWaiters(promise.waiters),
      });
    }
    key.dirtyState.clear();
    key.dirtyPromises.clear();
    key.stateCleared = false;
    key.promisesCleared = false;
    key.isDirty = false;
  }
  return { statePuts, stateDeletes, stateClears, promisePuts, promiseClears };
}

function toUpdate(i: Invocation): InvocationUpdate {
  const outcome = encodeOutcome(i.outcome);
  return {
    num: i.num,
    // After a crash the attempt that is to suspend is over, and the invocation what it was to become.
    status: i.attempt?.phase === "pausing" ? Status.Paused : i.status,
    modifiedAt: i.modifiedAt,
    inboxedAt: i.inboxedAt,
    runningAt: i.runningAt,
    completedAt: i.completedAt,
    inboxSeq: i.inboxSeq,
    deployment: i.deployment,
    protocolVersion: i.protocolVersion,
    journalLength: i.journalLength,
    commandCount: i.commandCount,
    completionRetention: i.completionRetentionMs,
    journalRetention: i.journalRetentionMs,
    awaiting: encodeAwaiting(i.awaiting),
    waiters: encodeWaiters(i.waiters),
    outcomeKind: outcome.outcomeKind,
    outcome: outcome.outcome,
    purgeAt: i.purgeAt,
  };
}

function toRow(i: Invocation): InvocationRow {
  return {
    partition: i.partition,
    id: i.id,
    service: i.target.service,
    handler: i.target.handler,
    key: i.target.key,
    kind: i.target.kind,
    idempotencyKey: i.idempotencyKey,
    invokedBy: i.invokedBy,
    invokedById: i.invokedById,
    invokedByTarget: i.invokedByTarget,
    createdAt: i.createdAt,
    scheduledFor: i.scheduledFor,
    traceparent: i.traceparent,
    tracestate: i.tracestate,
    ...toUpdate(i),
  };
}
