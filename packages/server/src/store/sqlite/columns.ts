/**
 * The columns of each table in the order in which rows travel between the threads. Statements are made from these lists;
 * `invocation-cells.ts` and `row-cells.ts` write and read cells in the same order. The DDL is in `migrations/`.
 */

export type ColumnType = "integer" | "text" | "blob";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

const integer = (name: string): Column => ({ name, type: "integer" });
const text = (name: string): Column => ({ name, type: "text" });
const blob = (name: string): Column => ({ name, type: "blob" });

export const invocationIdentityColumns: readonly Column[] = [
  integer("num"),
  integer("partition"),
  text("id"),
  text("service"),
  text("handler"),
  text("key"),
  integer("kind"),
  text("idempotency_key"),
  integer("invoked_by"),
  text("invoked_by_id"),
  text("invoked_by_target"),
  integer("created_at"),
  integer("scheduled_for"),
  text("traceparent"),
  text("tracestate"),
];

export const invocationProgressColumns: readonly Column[] = [
  integer("status"),
  integer("modified_at"),
  integer("inboxed_at"),
  integer("running_at"),
  integer("completed_at"),
  integer("inbox_seq"),
  text("deployment"),
  integer("protocol_version"),
  integer("journal_length"),
  integer("command_count"),
  integer("completion_retention"),
  integer("journal_retention"),
  blob("awaiting"),
  text("waiters"),
  integer("outcome_kind"),
  blob("outcome"),
  integer("purge_at"),
];

export const invocationColumns: readonly Column[] = [
  ...invocationIdentityColumns,
  ...invocationProgressColumns,
];

export const journalColumns: readonly Column[] = [
  integer("num"),
  integer("entry_index"),
  integer("type"),
  blob("payload"),
  integer("appended_at"),
];

export const journalEventColumns: readonly Column[] = [
  integer("num"),
  integer("after_entry_index"),
  integer("appended_at"),
  text("type"),
  text("json"),
];

/** What names a key of a keyed service: the start of the tables that hold something per key. */
export const keyColumns: readonly Column[] = [integer("partition"), text("service"), text("key")];

export const keyedStateColumns: readonly Column[] = [...keyColumns, text("name"), blob("value")];

export const promiseColumns: readonly Column[] = [
  ...keyColumns,
  text("name"),
  integer("outcome_kind"),
  blob("outcome"),
  text("waiters"),
];

export const timerColumns: readonly Column[] = [
  integer("partition"),
  integer("at"),
  integer("num"),
  integer("completion_id"),
];

export const outboxColumns: readonly Column[] = [integer("partition"), integer("seq"), blob("message")];

export const documentColumns: readonly Column[] = [text("kind"), text("id"), text("json")];
