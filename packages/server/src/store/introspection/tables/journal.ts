import type { Table } from "./table.js";

/* Journals: j is an entry, i its invocation. */

/** Message types of Call and OneWayCall, and of the notification with the id of the callee. */
const CALLS = "(0x040d, 0x040e)";
const CALLEE_ID = 0x800e;

/** A call's entry does not hold the callee's id, which is told by the notification that answers it. */
const calleeId = `CASE WHEN j.type IN ${CALLS} THEN (
  SELECT notified_invocation_id(n.payload) FROM journal n
  WHERE n.num = j.num AND n.type = ${CALLEE_ID} AND notified_completion(n.payload) = callee_completion(j.type, j.payload)
) END`;

/** The tables of journals. Source of names, types and texts: Restate 1.7 as observed, docs/introspection.md. */
export const journalTables: readonly Table[] = [
  {
    name: "sys_journal",
    columns: {
      partition_key: ["uint64", "id_partition_key(i.id)"],
      id: ["text", "i.id"],
      index: ["uint32", "j.entry_index"],
      entry_type: ["text", "entry_type(j.type)"],
      name: ["text", "entry_name(j.type, j.payload)"],
      completed: ["boolean", "NULL"],
      invoked_id: ["text", calleeId],
      invoked_target: ["text", "entry_callee(j.type, j.payload)"],
      sleep_wakeup_at: ["timestamp", "entry_wakeup_at(j.type, j.payload)"],
      promise_name: ["text", "entry_promise(j.type, j.payload)"],
      raw: ["binary", "j.payload"],
      raw_length: ["uint64", "length(j.payload)"],
      version: ["uint32", "2"],
      entry_json: ["text", `entry_json(j.type, j.payload, ${calleeId})`],
      entry_lite_json: ["text", `entry_lite_json(j.type, j.payload, ${calleeId})`],
      appended_at: ["timestamp", "j.appended_at"],
    },
    formerColumns: { service: ["text", "i.service"], service_key: ["text", "i.key"] },
    from: "journal j JOIN invocations i ON i.num = j.num",
    idColumn: { name: "id", num: "j.num" },
  },
  {
    name: "sys_journal_events",
    columns: {
      partition_key: ["uint64", "id_partition_key(i.id)"],
      id: ["text", "i.id"],
      after_journal_entry_index: ["uint32", "e.after_entry_index"],
      appended_at: ["timestamp", "e.appended_at"],
      event_type: ["text", "e.type"],
      event_json: ["text", "e.json"],
    },
    from: "journal_events e JOIN invocations i ON i.num = e.num",
    idColumn: { name: "id", num: "e.num" },
  },
];
