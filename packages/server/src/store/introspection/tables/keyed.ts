import type { Table } from "./table.js";

/** What is kept by key: state (s) and promises (p). Source: Restate 1.7 as observed, docs/introspection.md. */
export const keyedTables: readonly Table[] = [
  {
    name: "state",
    columns: {
      partition_key: ["uint64", "key_partition_key(CAST(s.key AS BLOB))"],
      scope: ["text", "NULL"],
      service_name: ["text", "s.service"],
      service_key: ["text", "s.key"],
      key: ["text", "s.name"],
      key_length: ["uint64", "octet_length(s.name)"],
      value_utf8: ["text", "utf8_text(s.value)"],
      value: ["binary", "s.value"],
      value_length: ["uint64", "length(s.value)"],
    },
    formerColumns: { service: ["text", "s.service"] },
    from: "keyed_state s",
  },
  {
    name: "sys_promise",
    columns: {
      partition_key: ["uint64", "key_partition_key(CAST(p.key AS BLOB))"],
      scope: ["text", "NULL"],
      service_name: ["text", "p.service"],
      service_key: ["text", "p.key"],
      key: ["text", "p.name"],
      completed: ["boolean", "p.outcome_kind IS NOT NULL"],
      completion_success_value: ["binary", "CASE p.outcome_kind WHEN 1 THEN p.outcome END"],
      completion_success_value_utf8: ["text", "CASE p.outcome_kind WHEN 1 THEN utf8_text(p.outcome) END"],
      completion_failure: ["text", "CASE p.outcome_kind WHEN 2 THEN promise_failure(p.outcome) END"],
    },
    from: "promises p",
  },
];
