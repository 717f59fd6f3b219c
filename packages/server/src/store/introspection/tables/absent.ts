import { emptyTable, type Table } from "./table.js";

/** Tables of the official server about things that this server does not have. Source: Restate 1.7 as observed. */
export const absentTables: readonly Table[] = [
  emptyTable("sys_rules", {
    pattern: "text",
    concurrency: "uint32",
    description: "text",
    disabled: "boolean",
    version: "uint32",
    last_modified: "timestamp",
  }),
  emptyTable("sys_locks", {
    partition_key: "uint64",
    scope: "text",
    lock_name: "text",
    acquired_at: "timestamp",
    acquired_by: "text",
  }),
  emptyTable("sys_vqueue_meta", {
    partition_key: "uint64",
    id: "text",
    is_active: "boolean",
    queue_is_paused: "boolean",
    service_name: "text",
    scope: "text",
    limit_key: "text",
    lock_name: "text",
    created_at: "timestamp",
    last_enqueued_at: "timestamp",
    last_start_at: "timestamp",
    last_attempt_at: "timestamp",
    last_finish_at: "timestamp",
    num_inbox: "uint64",
    num_running: "uint64",
    num_suspended: "uint64",
    num_paused: "uint64",
    num_finished: "uint64",
  }),
];
