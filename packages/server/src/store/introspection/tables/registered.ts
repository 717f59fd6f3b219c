import type { Table } from "./table.js";

/** What is registered, out of the documents. Source: Restate 1.7 as observed, docs/introspection.md. */
export const registeredTables: readonly Table[] = [
  {
    name: "sys_deployment",
    columns: {
      id: ["text", "d.id"],
      ty: ["text", "iif(d.json ->> 'arn' IS NULL, 'http', 'lambda')"],
      endpoint: ["text", "coalesce(d.json ->> 'uri', d.json ->> 'arn')"],
      created_at: ["timestamp", "d.json ->> 'createdAt'"],
      min_service_protocol_version: ["uint32", "d.json ->> 'minProtocolVersion'"],
      max_service_protocol_version: ["uint32", "d.json ->> 'maxProtocolVersion'"],
      services: [
        "text[]",
        "(SELECT json_group_array(e.value ->> 'name') FROM json_each(d.json, '$.services') e)",
      ],
    },
    from: "documents d WHERE d.kind = 'deployment'",
  },
  {
    name: "sys_service",
    columns: {
      name: ["text", "s.name"],
      revision: ["uint64", "s.revision"],
      public: ["boolean", "coalesce(o.json ->> 'isPublic', s.is_public, true)"],
      ty: [
        "text",
        "CASE s.type WHEN 'Service' THEN 'service' WHEN 'VirtualObject' THEN 'virtual_object' ELSE 'workflow' END",
      ],
      deployment_id: ["text", "s.deployment"],
    },
    // With max(), the other columns are of the row that has it (https://www.sqlite.org/quirks.html).
    from: `(
      SELECT e.value ->> 'name' AS name, max(e.value ->> 'revision') AS revision, e.value ->> 'type' AS type,
        e.value ->> 'isPublic' AS is_public, d.id AS deployment
      FROM documents d, json_each(d.json, '$.services') e WHERE d.kind = 'deployment' GROUP BY 1
    ) s LEFT JOIN documents o ON o.kind = 'service' AND o.id = s.name`,
  },
];
