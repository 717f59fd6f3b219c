import { StoreError } from "../errors.js";
import {
  type Batch,
  type DocumentRow,
  type InvocationRow,
  type JournalEventRow,
  type JournalRow,
  type KeyRef,
  MAX_JOURNAL_EVENTS,
  type OutboxRow,
  type PromiseRow,
  type StateRow,
  type TimerRow,
} from "../store.js";
import {
  documentColumns,
  invocationColumns,
  journalColumns,
  journalEventColumns,
  outboxColumns,
  progressColumns,
  promiseColumns,
  stateColumns,
  timerColumns,
} from "./columns.js";
import { copyColumns } from "./copy.js";
import { keyText } from "./order.js";

/** The rows of a store and how a batch changes them. Rows that are put in are copied. */
export class Tables {
  readonly invocations = new Map<number, InvocationRow>();
  readonly numById = new Map<string, number>();
  /** By key, the invocations that have an inboxSeq. */
  readonly queues = new Map<string, Set<number>>();
  /** By invocation number, then index. */
  readonly journals = new Map<number, Map<number, JournalRow>>();
  /** By invocation number, the oldest first. */
  readonly journalEvents = new Map<number, JournalEventRow[]>();
  /** By key, then name. */
  readonly state = new Map<string, Map<string, StateRow>>();
  /** By key, then name. */
  readonly promises = new Map<string, Map<string, PromiseRow>>();
  readonly timers = new Map<string, TimerRow>();
  readonly outbox = new Map<string, OutboxRow>();
  readonly documents = new Map<string, DocumentRow>();

  /**
   * Applies the whole batch.
   *
   * @throws StoreError `conflict`, with nothing applied
   */
  apply(batch: Batch): void {
    this.#check(batch);
    this.#applyInvocations(batch);
    for (const num of batch.journalDeletes) this.#deleteJournal(num);
    for (const row of batch.journalAppends) {
      at(this.journals, row.num, () => new Map()).set(row.index, copyColumns(row, journalColumns));
    }
    for (const row of batch.journalEvents) {
      const events = at(this.journalEvents, row.num, () => []);
      events.push(copyColumns(row, journalEventColumns));
      if (events.length > MAX_JOURNAL_EVENTS) events.shift();
    }
    for (const key of batch.stateClears) this.state.delete(keyText(key));
    for (const ref of batch.stateDeletes) this.state.get(keyText(ref))?.delete(ref.name);
    for (const row of batch.statePuts)
      at(this.state, keyText(row), () => new Map()).set(row.name, copyColumns(row, stateColumns));
    for (const key of batch.promiseClears) this.promises.delete(keyText(key));
    for (const row of batch.promisePuts) {
      at(this.promises, keyText(row), () => new Map()).set(row.name, copyColumns(row, promiseColumns));
    }
    for (const row of batch.timerDeletes) this.timers.delete(timerText(row));
    for (const row of batch.timerPuts) this.timers.set(timerText(row), copyColumns(row, timerColumns));
    for (const row of batch.outboxDeletes) this.outbox.delete(`${row.partition} ${row.seq}`);
    for (const row of batch.outboxPuts)
      this.outbox.set(`${row.partition} ${row.seq}`, copyColumns(row, outboxColumns));
    for (const { kind, id } of batch.documentDeletes) this.documents.delete(`${kind} ${id}`);
    for (const row of batch.documentPuts)
      this.documents.set(`${row.kind} ${row.id}`, copyColumns(row, documentColumns));
  }

  /** What the types and unique indexes of a database refuse. */
  #check(batch: Batch): void {
    for (const rows of Object.values(batch)) rows.forEach(checkIntegers);
    const gone = new Set(batch.invocationDeletes);
    const journalsGone = new Set([...batch.journalDeletes, ...gone]);
    const added = new Set<number | string>();
    for (const { num, id } of batch.invocationInserts) {
      const holder = this.numById.get(id);
      const numTaken = this.invocations.has(num) && !gone.has(num);
      const idTaken = holder !== undefined && !gone.has(holder);
      if (numTaken || idTaken || added.has(num) || added.has(id))
        throw conflict(`invocation ${num} (${id}) exists`);
      added.add(num).add(id);
    }
    const appended = new Set<string>();
    for (const { num, index } of batch.journalAppends) {
      const place = `${num} ${index}`;
      const taken = !journalsGone.has(num) && this.journals.get(num)?.has(index);
      if (taken || appended.has(place))
        throw conflict(`the journal of invocation ${num} has an entry ${index}`);
      appended.add(place);
    }
  }

  #applyInvocations(batch: Batch): void {
    for (const num of batch.invocationDeletes) {
      this.#replace(this.invocations.get(num), undefined);
      this.#deleteJournal(num);
    }
    for (const row of batch.invocationInserts) this.#replace(undefined, copyColumns(row, invocationColumns));
    for (const update of batch.invocationUpdates) {
      const row = this.invocations.get(update.num);
      if (row !== undefined)
        this.#replace(row, { ...row, ...copyColumns(update, { num: true, ...progressColumns }) });
    }
  }

  #deleteJournal(num: number): void {
    this.journals.delete(num);
    this.journalEvents.delete(num);
  }

  /** Keeps the ways to find a row in step with it. */
  #replace(before: InvocationRow | undefined, after: InvocationRow | undefined): void {
    if (before !== undefined) {
      this.invocations.delete(before.num);
      this.numById.delete(before.id);
      if (isQueued(before)) this.queues.get(keyText(before))?.delete(before.num);
    }
    if (after !== undefined) {
      this.invocations.set(after.num, after);
      this.numById.set(after.id, after.num);
      if (isQueued(after)) at(this.queues, keyText(after), () => new Set()).add(after.num);
    }
  }
}

function isQueued(row: InvocationRow): row is InvocationRow & KeyRef {
  return row.inboxSeq !== null && row.key !== null;
}

function timerText({ partition, at, num, completionId }: TimerRow): string {
  return `${partition} ${at} ${num} ${completionId}`;
}

function at<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function checkIntegers(row: object | number): void {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw conflict(`${column} is ${value}, not an integer`);
  }
}

function conflict(what: string): StoreError {
  return new StoreError("conflict", `Writing to the store in memory: ${what}`);
}
