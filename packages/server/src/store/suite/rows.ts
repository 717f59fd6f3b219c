import type {
  Batch,
  InvocationRow,
  JournalEventRow,
  JournalRow,
  KeyRef,
  LoadRequest,
  PromiseRow,
  StateRow,
  Store,
  TimerRow,
} from "../store.js";
import { HandlerKind, InvokedBy, Status } from "../store.js";

/* Rows to test with: every column has a value, and what matters to a test is said there. */

const emptyBatch: Batch = {
  invocationInserts: [],
  invocationUpdates: [],
  invocationDeletes: [],
  journalAppends: [],
  journalDeletes: [],
  journalEvents: [],
  statePuts: [],
  stateDeletes: [],
  stateClears: [],
  promisePuts: [],
  promiseClears: [],
  timerPuts: [],
  timerDeletes: [],
  outboxPuts: [],
  outboxDeletes: [],
  documentPuts: [],
  documentDeletes: [],
};

export function batch(changes: Partial<Batch>): Batch {
  return { ...emptyBatch, ...changes };
}

export function load(store: Store, request: Partial<LoadRequest>) {
  return store.load({ invocations: [], invocationNums: [], journals: [], keys: [], ...request });
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** Ids as long as real ones, ascending with the number. */
export function idOf(num: number): string {
  return `inv_1partitionky${String(num).padStart(22, "0")}`;
}

/** An invocation of a plain service that runs. */
export function invocation(num: number, columns: Partial<InvocationRow> = {}): InvocationRow {
  return {
    num,
    partition: 0,
    id: idOf(num),
    service: "Greeter",
    handler: "greet",
    key: null,
    kind: HandlerKind.Service,
    idempotencyKey: null,
    invokedBy: InvokedBy.Ingress,
    invokedById: null,
    invokedByTarget: null,
    createdAt: 1_700_000_000_001,
    scheduledFor: null,
    traceparent: null,
    tracestate: null,
    status: Status.Invoked,
    modifiedAt: 1_700_000_000_002,
    inboxedAt: null,
    runningAt: 1_700_000_000_003,
    completedAt: null,
    inboxSeq: null,
    deployment: "dp_1",
    protocolVersion: 6,
    journalLength: 1,
    commandCount: 1,
    completionRetention: 86_400_000,
    journalRetention: 3_600_000,
    awaiting: null,
    waiters: null,
    outcomeKind: null,
    outcome: null,
    purgeAt: null,
    ...columns,
  };
}

/** An invocation in which every column that may be null is not, and no two columns hold the same. */
export function fullInvocation(num: number, columns: Partial<InvocationRow> = {}): InvocationRow {
  return invocation(num, {
    partition: 7,
    service: "Counter",
    handler: "add",
    key: "the key",
    kind: HandlerKind.ObjectExclusive,
    idempotencyKey: "idempotency key",
    invokedBy: InvokedBy.Service,
    invokedById: "inv_1caller",
    invokedByTarget: "Caller/run",
    createdAt: 1_700_000_000_011,
    scheduledFor: 1_700_000_000_012,
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
    status: Status.Suspended,
    modifiedAt: 1_700_000_000_013,
    inboxedAt: 1_700_000_000_014,
    runningAt: 1_700_000_000_015,
    completedAt: 1_700_000_000_016,
    inboxSeq: 17,
    deployment: "dp_1full",
    protocolVersion: 18,
    journalLength: 19,
    commandCount: 20,
    completionRetention: 21,
    journalRetention: 22,
    awaiting: bytes("awaiting"),
    waiters: '["waiters"]',
    outcomeKind: 2,
    outcome: bytes("outcome"),
    purgeAt: 1_700_000_000_023,
    ...columns,
  });
}

export function journalRow(num: number, index: number, payload = `entry ${index} of ${num}`): JournalRow {
  return { num, index, type: 0x0400 + index, payload: bytes(payload), appendedAt: 1_700_000_000_100 + index };
}

export function journalEvent(num: number, json: string): JournalEventRow {
  return { num, afterEntryIndex: 3, appendedAt: 1_700_000_000_200, type: "TransientError", json };
}

export function keyRef(key: string, columns: Partial<KeyRef> = {}): KeyRef {
  return { partition: 0, service: "Counter", key, ...columns };
}

export function stateRow(key: string, name: string, value: string): StateRow {
  return { ...keyRef(key), name, value: bytes(value) };
}

export function promiseRow(key: string, name: string, columns: Partial<PromiseRow> = {}): PromiseRow {
  return { ...keyRef(key), name, outcomeKind: null, outcome: null, waiters: null, ...columns };
}

export function timer(at: number, num: number, completionId = 0, partition = 0): TimerRow {
  return { partition, at, num, completionId };
}
