import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { stateRow } from "../../suite/rows.js";
import { QueriedStore, type Row } from "../query.test.kit.js";

/* NOW is Saturday, 2026-11-21T05:59:03.911Z. Expected values are those of the official server where it has the construct. */

const SERVICES = ["Awake service", "Counter virtual_object", "Echo service", "Flow workflow"].map((words) => {
  const [name, ty] = words.split(" ") as [string, string];
  const type = { service: "Service", virtual_object: "VirtualObject", workflow: "Workflow" }[ty];
  return { name, type, revision: 1, handlers: [] };
});
const DEPLOYMENT = {
  kind: "deployment" as const,
  id: "dp_1",
  json: JSON.stringify({
    uri: "http://127.0.0.1:9080/",
    createdAt: 1_795_237_143_911,
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    services: SERVICES,
  }),
};

describe("the dialect", () => {
  let store: QueriedStore;
  before(async () => {
    store = await QueriedStore.open({
      documentPuts: [DEPLOYMENT],
      statePuts: [
        stateRow("a", "json", '{"x":{"y":[1,"two"]},"ok":true}'),
        stateRow("b", "count", "5"),
        stateRow("b", "nul\0byte", "\0"),
      ],
    });
  });
  after(() => store.close());

  /** One value of a query without tables. */
  const values: readonly (readonly [expression: string, value: unknown])[] = [
    ["1 = 1", true],
    ["'a' == 'b'", false],
    ["1 <> 2 AND NOT 1 != 1", true],
    ["7 / 2", 3],
    ["7 % 4", 3],
    ["7 / 2.0", 3.5],
    ["-3 + 1", -2],
    ["'a' || 'b' || 1", "ab1"],
    ["NULL IS NULL", true],
    ["NULL = 1", null],
    ["NULL IS DISTINCT FROM 1", true],
    ["2 BETWEEN 1 AND 3", true],
    ["2 NOT BETWEEN 1 AND 3", false],
    ["2 IN (1, 2)", true],
    ["'x' NOT IN ('a', 'b')", true],
    ["(1 = 1) IS TRUE", true],
    ["CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", "b"],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"],
    ["coalesce(NULL, 'x')", "x"],
    ["nullif(1, 1)", null],
    ["greatest(1, 3, 2)", 3],
    ["least(4, 2)", 2],
    ["'abc' LIKE 'A%'", false],
    ["'abc' LIKE 'a_c'", true],
    ["'a.c' LIKE 'abc'", false],
    ["'abc' ILIKE 'AB%'", true],
    ["'abc' NOT ILIKE 'AB%'", false],
    ["'5%' LIKE '5\\%'", true],
    ["'55' LIKE '5!%' ESCAPE '!'", false],
    ["'abc' ~ '^a.c$'", true],
    ["'abc' !~* 'B'", false],
    ["'5'::int + 1", 6],
    ["CAST(2.7 AS bigint)", 2],
    ["3::text", "3"],
    ["'true'::boolean", true],
    ["true::text", "true"],
    ["1.50::float", 1.5],
    ["upper('é') || lower('A')", "Éa"],
    ["substr('abcdef', 2, 3)", "bcd"],
    ["left('abc', 2) || right('abc', 1)", "abc"],
    ["replace('abc', 'b', '')", "ac"],
    ["trim('  a ')", "a"],
    ["split_part('a/b/c', '/', 2)", "b"],
    ["strpos('abc', 'c')", 3],
    ["octet_length('é')", 2],
    ["length('é')", 1],
    ["starts_with('abc', 'ab') AND contains('abc', 'b') AND ends_with('abc', 'c')", true],
    ["concat('a', NULL, 'b')", "ab"],
    ["concat_ws('-', 'a', 'b')", "a-b"],
    ["regexp_replace('a1b2', '[0-9]', '_', 'g')", "a_b_"],
    ["encode('ab', 'hex')", "6162"],
    ["x'0aff'", "0aff"],
    ["abs(-4)", 4],
    ["round(2.567, 2)", 2.57],
    ["now()", "2026-11-21T05:59:03.911Z"],
    ["current_timestamp - now()", "PT0S"],
    ["now() - INTERVAL '1' HOUR", "2026-11-21T04:59:03.911Z"],
    ["now() + interval '1 day 2 hours'", "2026-11-22T07:59:03.911Z"],
    ["timestamp '2024-03-31' - interval '1 month'", "2024-02-29T00:00:00.000Z"],
    ["interval '90 minutes' > '1 hour'", true],
    ["2 * interval '90 minutes'", "PT10800S"],
    ["now() > '2026-11-21'", true],
    ["now() < '2026-11-21 05:59:04'", true],
    ["'2026-11-21T05:59:03.911+01:00'::timestamptz < now()", true],
    ["date_trunc('hour', now())", "2026-11-21T05:00:00.000Z"],
    ["date_trunc('week', now())", "2026-11-16T00:00:00.000Z"],
    ["extract(year FROM now())", 2026],
    ["date_part('minute', now())", 59],
    ["date_bin(interval '15 minutes', now())", "2026-11-21T05:45:00.000Z"],
    ["to_timestamp(now()) = now()", true],
    ["now()::text", "2026-11-21T05:59:03.911Z"],
    ["now()::date", "2026-11-21T00:00:00.000Z"],
    ["ARRAY['a', 'b']", ["a", "b"]],
    ["array_has(ARRAY['a', 'b'], 'b')", true],
    ["2 = ANY(ARRAY[1, 3])", false],
    ["(ARRAY['a', 'b'])[2]", "b"],
    ["array_to_string(ARRAY['a', 'b'], '+')", "a+b"],
    ["cardinality(ARRAY[1, 2])", 2],
    ["18446744073709551615", 2 ** 64],
    ["EXISTS (SELECT 1 WHERE 1 = 2)", false],
    ["(SELECT 5)", 5],
  ];
  for (const [expression, value] of values) {
    test(expression, async () => assert.deepEqual(await store.value(`SELECT ${expression}`), value));
  }

  const json: readonly (readonly [expression: string, value: unknown])[] = [
    ["json_get_str(value_utf8, 'x', 'y', 1)", "two"],
    ["json_get_int(value_utf8, 'x', 'y', 0)", 1],
    ["json_get_bool(value_utf8, 'ok')", true],
    ["json_get_json(value_utf8, 'x')", '{"y":[1,"two"]}'],
    ["json_contains(value_utf8, 'z')", false],
    ["json_length(value_utf8)", 2],
    ["value_utf8 -> 'x' ->> 'y'", '[1,"two"]'],
  ];
  for (const [expression, value] of json) {
    test(`${expression} looks into JSON`, async () =>
      assert.deepEqual(await store.value(`SELECT ${expression} FROM state WHERE key = 'json'`), value));
  }

  const queries: readonly (readonly [what: string, sql: string, rows: readonly Row[]])[] = [
    [
      "names with catalog and schema",
      "SELECT s.ty FROM restate.public.sys_service AS s WHERE s.name = 'Echo'",
      [{ ty: "service" }],
    ],
    ["quoted names", `SELECT "name" FROM "sys_service" ORDER BY "name" LIMIT 1`, [{ name: "Awake" }]],
    ["LIMIT and OFFSET", "SELECT name FROM sys_service ORDER BY 1 LIMIT 1 OFFSET 1", [{ name: "Counter" }]],
    [
      "DISTINCT",
      "SELECT DISTINCT ty FROM sys_service ORDER BY ty DESC",
      [{ ty: "workflow" }, { ty: "virtual_object" }, { ty: "service" }],
    ],
    [
      "GROUP BY a name of the result",
      "SELECT upper(ty) AS kind, count(1) AS n FROM sys_service GROUP BY kind HAVING n > 1",
      [{ kind: "SERVICE", n: 2 }],
    ],
    [
      "GROUP BY a place",
      "SELECT ty, count(*) FROM sys_service GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
      [{ ty: "service", "count(*)": 2 }],
    ],
    [
      "aggregates over nothing",
      "SELECT count(*) AS n, max(name) AS m, sum(revision) AS s FROM sys_service WHERE name = ''",
      [{ n: 0 }],
    ],
    [
      "FILTER and DISTINCT",
      "SELECT count(*) FILTER (WHERE ty = 'service') AS s, count(DISTINCT ty) AS t FROM sys_service",
      [{ s: 2, t: 3 }],
    ],
    [
      "first_value and last_value",
      "SELECT first_value(name ORDER BY name DESC) AS f, last_value(name ORDER BY name DESC) AS l FROM sys_service",
      [{ f: "Flow", l: "Awake" }],
    ],
    [
      "lists from rows",
      "SELECT array_agg(name ORDER BY name) AS l, string_agg(name, '+' ORDER BY name DESC) AS s FROM sys_service WHERE ty = 'service'",
      [{ l: ["Awake", "Echo"], s: "Echo+Awake" }],
    ],
    [
      "bool_and, avg, median",
      "SELECT bool_and(public) AS b, avg(length(name)) AS a, median(length(name)) AS m FROM sys_service",
      [{ b: true, a: 5, m: 4.5 }],
    ],
    [
      "window functions",
      "SELECT name, row_number() OVER (PARTITION BY ty ORDER BY name DESC) AS n FROM sys_service WHERE ty = 'service' ORDER BY name",
      [
        { name: "Awake", n: 2 },
        { name: "Echo", n: 1 },
      ],
    ],
    [
      "WITH",
      "WITH s (n) AS (SELECT name FROM sys_service), t AS (SELECT n FROM s WHERE n > 'D') SELECT count(*) AS c FROM t",
      [{ c: 2 }],
    ],
    [
      "subqueries that look outside",
      "SELECT name FROM sys_service s WHERE EXISTS (SELECT 1 FROM state t WHERE t.service_name = s.name)",
      [{ name: "Counter" }],
    ],
    [
      "IN with a query",
      "SELECT DISTINCT service_name FROM state WHERE service_name IN (SELECT name FROM sys_service)",
      [{ service_name: "Counter" }],
    ],
    [
      "LEFT JOIN with a condition",
      "SELECT s.name, t.key IS NOT NULL AS has FROM sys_service s LEFT JOIN state t ON t.service_name = s.name AND t.key = 'count' WHERE s.ty != 'service' ORDER BY 1",
      [
        { name: "Counter", has: true },
        { name: "Flow", has: false },
      ],
    ],
    [
      "USING",
      "SELECT name, a.ty FROM sys_service a JOIN sys_service b USING (name) WHERE name = 'Echo'",
      [{ name: "Echo", ty: "service" }],
    ],
    [
      "tables beside each other",
      "SELECT count(*) AS n FROM sys_service, sys_deployment d WHERE array_has(d.services, name)",
      [{ n: 4 }],
    ],
    [
      "UNION, EXCEPT and ORDER BY",
      "SELECT ty FROM sys_service EXCEPT SELECT 'service' UNION ALL SELECT 'x' ORDER BY ty",
      [{ ty: "virtual_object" }, { ty: "workflow" }, { ty: "x" }],
    ],
    [
      "VALUES",
      "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (x, y) ORDER BY x DESC",
      [{ x: 2 }, { x: 1, y: "a" }],
    ],
    [
      "NULLs come last, unless the order is turned",
      "SELECT x FROM (VALUES (1), (NULL), (2)) AS t (x) ORDER BY x",
      [{ x: 1 }, { x: 2 }, {}],
    ],
    ["NULLS FIRST", "SELECT x FROM (VALUES (1), (NULL)) AS t (x) ORDER BY x NULLS FIRST", [{}, { x: 1 }]],
    [
      "columns of a subquery without a name keep their table's",
      "SELECT count(1) AS n FROM (SELECT * FROM sys_service inv LIMIT 3) WHERE inv.name = 'Awake' AND ty = 'service'",
      [{ n: 1 }],
    ],
    [
      "texts that hold a NUL",
      "SELECT key, value_utf8 FROM state WHERE key LIKE 'nul%'",
      [{ key: "nul\0byte", value_utf8: "\0" }],
    ],
    ["a number beside a text is a text", "SELECT key FROM state WHERE value_utf8 = 5", [{ key: "count" }]],
    ["quotes in texts", "SELECT 'it''s' AS t", [{ t: "it's" }]],
    ["a semicolon at the end", "SELECT 1 AS a ; ", [{ a: 1 }]],
  ];
  for (const [what, sql, rows] of queries) {
    test(what, async () => assert.deepEqual(await store.rows(sql), rows));
  }

  test("columns have the types of what they show, with or without rows", () => {
    const sql = `SELECT *, id IS NOT NULL AS known, count(*) OVER () AS n, max(created_at) OVER () AS latest,
      created_at - created_at AS d, length(id) / 2.0 AS f, NULL AS nothing FROM sys_deployment WHERE 1 = 2`;
    assert.deepEqual(store.types(sql), [
      "id text",
      "ty text",
      "endpoint text",
      "created_at timestamp",
      "min_service_protocol_version uint32",
      "max_service_protocol_version uint32",
      "services text[]",
      "known boolean",
      "n int64",
      "latest timestamp",
      "d duration",
      "f float64",
      "nothing null",
    ]);
  });

  const refused: readonly (readonly [sql: string, message: RegExp])[] = [
    ["", /no query/],
    ["SELEC 1", /syntax error at or near "SELEC"/],
    ["SELECT 1; SELECT 2", /one statement at a time/],
    ["DELETE FROM state", /only queries are allowed/],
    ["INSERT INTO state VALUES (1)", /only queries/],
    ["CREATE TABLE t (a int)", /only queries/],
    ["PRAGMA user_version", /syntax error/],
    ["ATTACH DATABASE 'x' AS y", /syntax error/],
    ["WITH x AS (DELETE FROM state RETURNING *) SELECT * FROM x", /WITH for other than queries/],
    ["SELECT * INTO t FROM state", /INTO/],
    ["SELECT * FROM state FOR UPDATE", /FOR UPDATE/],
    ["SELECT nope FROM state", /there is no column nope\. There are: partition_key, scope/],
    ["SELECT x.key FROM state s", /there is no column x\.key/],
    ["SELECT * FROM nope", /there is no table nope\. There are: sys_invocation/],
    ["SELECT * FROM invocations", /there is no table invocations/],
    ["SELECT * FROM sqlite_schema", /there is no table sqlite_schema/],
    ["SELECT * FROM other.public.state", /there is no table other\.public\.state/],
    ["SELECT name FROM sys_service a, sys_service b", /several columns name/],
    ["SELECT load_extension('x')", /the function load_extension\(\)/],
    ["SELECT id_partition_key('x')", /the function id_partition_key\(\)/],
    ["SELECT constructor('x')", /the function constructor\(\)/],
    ["WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r", /WITH RECURSIVE/],
    ["SELECT DISTINCT ON (ty) name FROM sys_service", /DISTINCT ON/],
    ["SELECT now() > 'yesterday'", /'yesterday' is not a time/],
    ["SELECT now() > 5", /a time and a number do not go together|a number and a time/],
    ["SELECT 'a'::money", /the type money/],
    ["SELECT interval '3 parsecs'", /'3 parsecs' is no interval/],
    ["SELECT interval '1 month' * 2", /months or years/],
    ["SELECT sum(name) FROM sys_service", /neither a number nor a span of time/],
    ["SELECT * FROM state ORDER BY 99", /there is no column 99/],
    ["SELECT 1 UNION SELECT 1, 2", /the same number of columns/],
    ["SELECT count()", /needs an argument/],
    ["SELECT $1", /ParamRef/],
    ["SELECT abs(-9223372036854775807 - 1)", /integer overflow/],
  ];
  for (const [sql, message] of refused) {
    test(`refuses: ${sql}`, () =>
      assert.rejects(async () => store.rows(sql), { name: "QueryError", kind: "invalid", message }));
  }

  test("a result is bounded in rows and bytes", async () => {
    const limits = { rowLimit: 3, resultSizeLimit: 1_000 };
    assert.equal((await store.rows("SELECT name FROM sys_service LIMIT 3", limits)).length, 3);
    await assert.rejects(store.rows("SELECT name FROM sys_service", limits), {
      kind: "too-large",
      message: /more than 3 rows/,
    });
    await assert.rejects(store.rows("SELECT repeat('x', 2000)", limits), {
      kind: "too-large",
      message: /1000 bytes/,
    });
    await assert.rejects(store.result("SELECT repeat('x', 2000)", "arrow", limits), { kind: "too-large" });
  });
});
