import type {
  DocumentRow,
  InvocationIdentity,
  InvocationProgress,
  InvocationRow,
  JournalEventRow,
  JournalRow,
  OutboxRow,
  PromiseRow,
  StateRow,
  TimerRow,
} from "../store.js";

/** The columns of a table. The type makes sure that none is forgotten. */
type Columns<Row> = Readonly<Record<keyof Row, true>>;

const identityColumns: Columns<InvocationIdentity> = {
  num: true,
  partition: true,
  id: true,
  service: true,
  handler: true,
  key: true,
  kind: true,
  idempotencyKey: true,
  invokedBy: true,
  invokedById: true,
  invokedByTarget: true,
  createdAt: true,
  scheduledFor: true,
  traceparent: true,
  tracestate: true,
};

export const progressColumns: Columns<InvocationProgress> = {
  status: true,
  modifiedAt: true,
  inboxedAt: true,
  runningAt: true,
  completedAt: true,
  inboxSeq: true,
  deployment: true,
  protocolVersion: true,
  journalLength: true,
  commandCount: true,
  completionRetention: true,
  journalRetention: true,
  awaiting: true,
  waiters: true,
  outcomeKind: true,
  outcome: true,
  purgeAt: true,
};

export const invocationColumns: Columns<InvocationRow> = { ...identityColumns, ...progressColumns };

export const journalColumns: Columns<JournalRow> = {
  num: true,
  index: true,
  type: true,
  payload: true,
  appendedAt: true,
};

export const journalEventColumns: Columns<JournalEventRow> = {
  num: true,
  afterEntryIndex: true,
  appendedAt: true,
  type: true,
  json: true,
};

export const stateColumns: Columns<StateRow> = {
  partition: true,
  service: true,
  key: true,
  name: true,
  value: true,
};

export const promiseColumns: Columns<PromiseRow> = {
  partition: true,
  service: true,
  key: true,
  name: true,
  outcomeKind: true,
  outcome: true,
  waiters: true,
};

export const timerColumns: Columns<TimerRow> = { partition: true, at: true, num: true, completionId: true };

export const outboxColumns: Columns<OutboxRow> = { partition: true, seq: true, message: true };

export const documentColumns: Columns<DocumentRow> = { kind: true, id: true, json: true };
