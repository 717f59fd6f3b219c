import type { Column, Table } from "./table.js";

/* Invocations: i is a row of invocations, a what is known of its attempts. */

const INVOKED = 2;
const PAUSED = 4;
const COMPLETED = 5;

/** Why it waits, for suspended invocations. */
const whileSuspended = (sql: string) => `CASE i.status WHEN 3 THEN ${sql} END`;

/** The row of a running invocation is not written for every entry: its journal is counted. */
const journalSize = (column: string, entries: string) =>
  `CASE i.status WHEN ${INVOKED} THEN (SELECT count(*) FROM journal j WHERE j.num = i.num${entries}) ELSE i.${column} END`;

const invokedBy = (kind: number, sql: string) => `CASE i.invoked_by WHEN ${kind} THEN ${sql} END`;

const partitionKey: Column = ["uint64", "id_partition_key(i.id)"];
const id: Column = ["text", "i.id"];

const targetColumns: Record<string, Column> = {
  target: ["text", "i.service || '/' || CASE WHEN i.key IS NULL THEN '' ELSE i.key || '/' END || i.handler"],
  target_service_name: ["text", "i.service"],
  target_service_key: ["text", "i.key"],
  target_handler_name: ["text", "i.handler"],
  target_service_ty: [
    "text",
    "CASE WHEN i.kind = 0 THEN 'service' WHEN i.kind < 3 THEN 'virtual_object' ELSE 'workflow' END",
  ],
  scope: ["text", "NULL"],
  limit_key: ["text", "NULL"],
  idempotency_key: ["text", "i.idempotency_key"],
  invoked_by: [
    "text",
    "CASE i.invoked_by WHEN 0 THEN 'ingress' WHEN 1 THEN 'service' ELSE 'restart_as_new' END",
  ],
};

const callerColumns = {
  invoked_by_service_name: [
    "text",
    invokedBy(1, "substr(i.invoked_by_target, 1, instr(i.invoked_by_target, '/') - 1)"),
  ],
  invoked_by_id: ["text", invokedBy(1, "i.invoked_by_id")],
  invoked_by_subscription_id: ["text", "NULL"],
  invoked_by_target: ["text", invokedBy(1, "i.invoked_by_target")],
} satisfies Record<string, Column>;

const progressColumns = {
  restarted_from: ["text", invokedBy(2, "i.invoked_by_id")],
  pinned_deployment_id: ["text", "i.deployment"],
  pinned_service_protocol_version: ["uint32", "i.protocol_version"],
  trace_id: ["text", "substr(i.traceparent, 4, 32)"],
  journal_size: ["uint32", journalSize("journal_length", "")],
  journal_commands_size: ["uint32", journalSize("command_count", " AND j.type < 0x8000")],
  created_at: ["timestamp", "i.created_at"],
  created_using_restate_version: ["text", "NULL"],
  modified_at: ["timestamp", "i.modified_at"],
  inboxed_at: ["timestamp", "i.inboxed_at"],
  scheduled_at: ["timestamp", "CASE WHEN i.scheduled_for IS NOT NULL THEN i.created_at END"],
  scheduled_start_at: ["timestamp", "i.scheduled_for"],
  running_at: ["timestamp", "i.running_at"],
  completed_at: ["timestamp", "i.completed_at"],
  completion_retention: ["duration", "i.completion_retention"],
  journal_retention: ["duration", "i.journal_retention"],
  suspended_waiting_for_completions: ["uint32[]", whileSuspended("awaited_completions(i.awaiting)")],
  suspended_waiting_for_signals: ["uint32[]", whileSuspended("awaited_signals(i.awaiting)")],
  suspended_waiting_future_json: ["text", whileSuspended("awaited_future_json(i.awaiting)")],
} satisfies Record<string, Column>;

/** Of the attempt that runs, or ran last. The two tables that show these have them in different order. */
const attemptColumns = {
  retry_count: ["uint64", "a.started_attempts"],
  last_start_at: ["timestamp", "a.last_start_at"],
  next_retry_at: ["timestamp", "a.next_retry_at"],
  last_attempt_deployment_id: ["text", "a.deployment"],
  last_attempt_server: ["text", "a.server"],
} satisfies Record<string, Column>;

const failureColumns: Record<string, Column> = {
  last_failure: ["text", "a.failure"],
  last_failure_error_code: ["text", "a.failure_doc_code"],
};

/** Of the era before journals had commands: nothing fills these. */
const entryFailureColumns: Record<string, Column> = {
  last_failure_related_entry_index: ["uint64", "NULL"],
  last_failure_related_entry_name: ["text", "NULL"],
  last_failure_related_entry_type: ["text", "NULL"],
};

const commandFailureColumns: Record<string, Column> = {
  last_failure_related_command_index: ["uint64", "a.failure_command_index"],
  last_failure_related_command_name: ["text", "a.failure_command_name"],
  last_failure_related_command_type: ["text", "a.failure_command_type"],
};

const completionColumns: Record<string, Column> = {
  completion_result: [
    "text",
    `CASE i.status WHEN ${COMPLETED} THEN CASE i.outcome_kind WHEN 1 THEN 'success' WHEN 2 THEN 'failure' END END`,
  ],
  completion_failure: [
    "text",
    `CASE WHEN i.status = ${COMPLETED} AND i.outcome_kind = 2 THEN completion_failure(i.outcome) END`,
  ],
};

/** The attempt of a paused invocation was asked to suspend, and has not done so yet. */
const HAS_ATTEMPT = `i.status IN (${INVOKED}, ${PAUSED})`;
const ATTEMPT = `LEFT JOIN attempts a ON ${HAS_ATTEMPT} AND a.num = i.num`;

const formerTarget: Record<string, Column> = {
  service: ["text", "i.service"],
  method: ["text", "i.handler"],
};

/** Source of names, types and texts: Restate 1.7 as observed, docs/introspection.md. */
export const invocationTables: readonly Table[] = [
  {
    name: "sys_invocation",
    columns: {
      id,
      vqueue_id: ["text", "NULL"],
      ...targetColumns,
      ...callerColumns,
      ...progressColumns,
      ...attemptColumns,
      ...failureColumns,
      ...entryFailureColumns,
      ...commandFailureColumns,
      last_awaiting_on_future_json: ["text", "NULL"],
      status: [
        "text",
        `CASE i.status WHEN 0 THEN 'scheduled' WHEN 1 THEN 'pending' WHEN 3 THEN 'suspended'
         WHEN ${PAUSED} THEN CASE WHEN a.in_flight THEN 'running' ELSE 'paused' END
         WHEN ${COMPLETED} THEN 'completed' ELSE
         CASE WHEN a.in_flight THEN 'running' WHEN a.started_attempts > 0 THEN 'backing-off' ELSE 'ready' END END`,
      ],
      ...completionColumns,
    },
    from: `invocations i ${ATTEMPT}`,
    idColumn: { name: "id", num: "i.num" },
    showsAttempts: true,
  },
  {
    name: "sys_invocation_status",
    columns: {
      partition_key: partitionKey,
      id,
      vqueue_id: ["text", "NULL"],
      status: [
        "text",
        `CASE i.status WHEN 0 THEN 'scheduled' WHEN 1 THEN 'inboxed' WHEN ${INVOKED} THEN 'invoked' WHEN 3 THEN 'suspended'
         WHEN ${PAUSED} THEN 'paused' ELSE 'completed' END`,
      ],
      ...completionColumns,
      ...targetColumns,
      invoked_by_id: callerColumns.invoked_by_id,
      invoked_by_subscription_id: callerColumns.invoked_by_subscription_id,
      invoked_by_service_name: callerColumns.invoked_by_service_name,
      invoked_by_target: callerColumns.invoked_by_target,
      ...progressColumns,
    },
    from: "invocations i",
    idColumn: { name: "id", num: "i.num" },
  },
  {
    name: "sys_invocation_state",
    columns: {
      partition_key: partitionKey,
      id,
      in_flight: ["boolean", "a.in_flight"],
      retry_count: attemptColumns.retry_count,
      last_start_at: attemptColumns.last_start_at,
      last_attempt_deployment_id: attemptColumns.last_attempt_deployment_id,
      last_attempt_server: attemptColumns.last_attempt_server,
      next_retry_at: attemptColumns.next_retry_at,
      ...failureColumns,
      ...commandFailureColumns,
      ...entryFailureColumns,
      last_awaiting_on_future_json: ["text", "NULL"],
    },
    formerColumns: {
      ...formerTarget,
      service_key: ["text", "i.key"],
      last_error_code: ["text", "a.failure_doc_code"],
    },
    from: `attempts a JOIN invocations i ON i.num = a.num AND ${HAS_ATTEMPT}`,
    idColumn: { name: "id", num: "i.num" },
    showsAttempts: true,
  },
  {
    name: "sys_inbox",
    columns: {
      partition_key: partitionKey,
      service_name: ["text", "i.service"],
      service_key: ["text", "i.key"],
      id,
      sequence_number: ["uint64", "i.inbox_seq"],
      created_at: ["timestamp", "i.created_at"],
    },
    formerColumns: formerTarget,
    from: "invocations i WHERE i.inbox_seq IS NOT NULL AND i.status = 1",
    idColumn: { name: "id", num: "i.num" },
  },
  {
    name: "sys_keyed_service_status",
    columns: {
      partition_key: partitionKey,
      service_name: ["text", "i.service"],
      service_key: ["text", "i.key"],
      invocation_id: id,
    },
    from: "invocations i WHERE i.inbox_seq IS NOT NULL AND i.status <> 1",
    idColumn: { name: "invocation_id", num: "i.num" },
  },
  {
    name: "sys_idempotency",
    columns: {
      partition_key: partitionKey,
      service_name: ["text", "i.service"],
      service_key: ["text", "i.key"],
      service_handler: ["text", "i.handler"],
      idempotency_key: ["text", "i.idempotency_key"],
      invocation_id: id,
    },
    from: "invocations i WHERE i.idempotency_key IS NOT NULL",
    idColumn: { name: "invocation_id", num: "i.num" },
  },
  {
    // Of the documents of 2023: what is under way.
    name: "sys_status",
    columns: {
      partition_key: partitionKey,
      ...formerTarget,
      service_key: ["text", "i.key"],
      status: ["text", "CASE i.status WHEN 3 THEN 'suspended' ELSE 'invoked' END"],
      id,
      invoked_by: ["text", "CASE i.invoked_by WHEN 1 THEN 'service' ELSE 'ingress' END"],
      invoked_by_service: callerColumns.invoked_by_service_name,
      invoked_by_id: callerColumns.invoked_by_id,
      pinned_deployment_id: ["text", "i.deployment"],
      trace_id: progressColumns.trace_id,
      journal_size: progressColumns.journal_size,
      created_at: progressColumns.created_at,
      modified_at: progressColumns.modified_at,
    },
    formerColumns: { pinned_endpoint_id: ["text", "i.deployment"] },
    from: "invocations i WHERE i.status IN (2, 3, 4)",
    idColumn: { name: "id", num: "i.num" },
  },
];

/** What the node tells of attempts with a query: a table of the connection. */
export const ATTEMPTS_TABLE = `
CREATE TEMP TABLE attempts (
  num INTEGER PRIMARY KEY,
  in_flight INTEGER NOT NULL,
  started_attempts INTEGER NOT NULL,
  last_start_at INTEGER NOT NULL,
  next_retry_at INTEGER,
  deployment TEXT,
  server TEXT,
  failure TEXT,
  failure_doc_code TEXT,
  failure_command_index INTEGER,
  failure_command_name TEXT,
  failure_command_type TEXT
) STRICT`;
