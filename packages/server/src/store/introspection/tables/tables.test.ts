import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Combinator, codec, formatInvocationId, MessageType, partitionKeyOf } from "@pawl/protocol";
import { HandlerKind, InvokedBy, Status } from "../../store.js";
import { bytes, fullInvocation, invocation, promiseRow, stateRow } from "../../suite/rows.js";
import type { AttemptSnapshot } from "../introspection.js";
import { QueriedStore } from "../query.test.kit.js";

/** An id whose partition key is that of the key "a". */
function idOf(n: number): string {
  const id = new Uint8Array(24);
  id.set(partitionKeyOf("a"));
  id[23] = n;
  return formatInvocationId(id);
}

const PARTITION_KEY = Number(new DataView(partitionKeyOf("a").buffer).getBigUint64(0));
const CREATED_AT = "2023-11-14T22:13:20.001Z";
const noOutcome = { outcomeKind: null, outcome: null, completedAt: null } as const;

const running = invocation(1, { id: idOf(1), journalLength: 1, commandCount: 1 });
const full = fullInvocation(2, {
  id: idOf(2),
  status: Status.Completed,
  inboxSeq: null,
  outcome: bytes('{"code":409,"message":"nope"}'),
});
const suspended = fullInvocation(3, {
  id: idOf(3),
  ...noOutcome,
  inboxSeq: null,
  awaiting: codec.Suspension.encode({
    completions: [],
    signals: [],
    namedSignals: [],
    awaitingOn: {
      combinator: Combinator.FirstCompleted,
      completions: [3],
      signals: [1],
      namedSignals: ["stop"],
      nested: [
        { combinator: Combinator.AllCompleted, completions: [2], signals: [], namedSignals: [], nested: [] },
      ],
    },
  }),
});
const holder = invocation(4, {
  id: idOf(4),
  service: "Counter",
  key: "a",
  kind: HandlerKind.ObjectExclusive,
  inboxSeq: 1,
});
const queued = { ...holder, num: 5, id: idOf(5), status: Status.Inboxed, inboxSeq: 2, runningAt: null };
const restarted = invocation(6, {
  id: idOf(6),
  invokedBy: InvokedBy.RestartAsNew,
  invokedById: "inv_1old",
  status: Status.Completed,
  outcomeKind: 1,
  outcome: bytes("1"),
});

const entries = [
  { type: MessageType.Input, payload: codec.Input.encode({ headers: [], value: bytes("5") }) },
  { type: MessageType.Run, payload: codec.Run.encode({ resultCompletionId: 1, name: "step" }) },
  {
    type: MessageType.RunCompletion,
    payload: codec.Notification.encode({
      id: { kind: "completion", id: 1 },
      result: { kind: "value", value: bytes("1") },
    }),
  },
  {
    type: MessageType.Sleep,
    payload: codec.Sleep.encode({ wakeUpTime: 1_700_000_000_000, resultCompletionId: 2 }),
  },
  {
    type: MessageType.Call,
    payload: codec.Call.encode({
      serviceName: "Counter",
      handlerName: "add",
      key: "b",
      parameter: bytes("1"),
      headers: [],
      invocationIdNotificationIdx: 3,
      resultCompletionId: 4,
    }),
  },
  {
    type: MessageType.CallInvocationIdCompletion,
    payload: codec.Notification.encode({
      id: { kind: "completion", id: 3 },
      result: { kind: "invocationId", invocationId: "inv_1callee" },
    }),
  },
  { type: MessageType.GetPromise, payload: codec.GetPromise.encode({ key: "p", resultCompletionId: 5 }) },
];

const attempt: AttemptSnapshot = {
  num: 1,
  inFlight: false,
  startedAttempts: 3,
  lastStartAt: 1_700_000_000_000,
  nextRetryAt: 1_700_000_001_000,
  deployment: "dp_1",
  server: "sdk/1",
  failure: {
    text: "[500 Internal] boom",
    docCode: "RT0007",
    commandIndex: 1,
    commandName: "step",
    commandType: "Run",
  },
};

const service = (name: string, type: string, revision: number, more = {}) => ({
  name,
  type,
  revision,
  handlers: [],
  ...more,
});
const deployment = (id: string, createdAt: number, services: object[]) => ({
  kind: "deployment" as const,
  id,
  json: JSON.stringify({
    format: 1,
    uri: `http://${id}/`,
    createdAt,
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    services,
  }),
});

describe("tables", () => {
  let store: QueriedStore;
  before(async () => {
    store = await QueriedStore.open(
      {
        invocationInserts: [running, full, suspended, holder, queued, restarted],
        journalAppends: entries.map((entry, index) => ({
          num: 1,
          index,
          appendedAt: 1_700_000_000_000 + index,
          ...entry,
        })),
        statePuts: [
          stateRow("a", "count", "5"),
          { ...stateRow("a", "raw", ""), value: Uint8Array.of(0xff, 0) },
        ],
        promisePuts: [
          promiseRow("a", "open"),
          promiseRow("a", "ok", { outcomeKind: 1, outcome: bytes('"yes"') }),
          promiseRow("a", "refused", { outcomeKind: 2, outcome: bytes('{"code":500,"message":"no"}') }),
        ],
        documentPuts: [
          deployment("dp_1", 1_700_000_000_000, [
            service("Greeter", "Service", 1),
            service("Counter", "VirtualObject", 1),
          ]),
          deployment("dp_2", 1_700_000_001_000, [service("Greeter", "Service", 2, { isPublic: false })]),
          { kind: "service", id: "Counter", json: '{"format":1,"service":"Counter","isPublic":false}' },
        ],
      },
      `INSERT INTO journal_events (num, after_entry_index, appended_at, type, json)
       VALUES (1, 1, 1700000000000, 'TransientError', '{"ty":"TransientError"}')`,
    );
    store.attempts = [attempt];
  });
  after(() => store.close());

  test("sys_invocation shows all that is known of a completed invocation", async () => {
    assert.deepEqual(await store.rows(`SELECT * FROM sys_invocation WHERE id = '${idOf(2)}'`), [
      {
        id: idOf(2),
        target: "Counter/the key/add",
        target_service_name: "Counter",
        target_service_key: "the key",
        target_handler_name: "add",
        target_service_ty: "virtual_object",
        idempotency_key: "idempotency key",
        invoked_by: "service",
        invoked_by_service_name: "Caller",
        invoked_by_id: "inv_1caller",
        invoked_by_target: "Caller/run",
        pinned_deployment_id: "dp_1full",
        pinned_service_protocol_version: 18,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
        journal_size: 19,
        journal_commands_size: 20,
        created_at: "2023-11-14T22:13:20.011Z",
        modified_at: "2023-11-14T22:13:20.013Z",
        inboxed_at: "2023-11-14T22:13:20.014Z",
        scheduled_at: "2023-11-14T22:13:20.011Z",
        scheduled_start_at: "2023-11-14T22:13:20.012Z",
        running_at: "2023-11-14T22:13:20.015Z",
        completed_at: "2023-11-14T22:13:20.016Z",
        completion_retention: "PT0.021S",
        journal_retention: "PT0.022S",
        status: "completed",
        completion_result: "failure",
        completion_failure: "[409] nope",
      },
    ]);
  });

  test("sys_invocation joins what the node knows of attempts, and counts the journal of what runs", async () => {
    const sql = `SELECT status, retry_count, last_start_at, next_retry_at, last_attempt_deployment_id, last_attempt_server,
      last_failure, last_failure_error_code, last_failure_related_command_index, last_failure_related_command_name,
      last_failure_related_command_type, journal_size, journal_commands_size FROM sys_invocation WHERE id = '${idOf(1)}'`;
    assert.deepEqual(await store.rows(sql), [
      {
        status: "backing-off",
        retry_count: 3,
        last_start_at: "2023-11-14T22:13:20.000Z",
        next_retry_at: "2023-11-14T22:13:21.000Z",
        last_attempt_deployment_id: "dp_1",
        last_attempt_server: "sdk/1",
        last_failure: "[500 Internal] boom",
        last_failure_error_code: "RT0007",
        last_failure_related_command_index: 1,
        last_failure_related_command_name: "step",
        last_failure_related_command_type: "Run",
        journal_size: 7,
        journal_commands_size: 5,
      },
    ]);
  });

  test("the status tells what an invocation does", async () => {
    const sql = "SELECT status FROM sys_invocation ORDER BY id";
    const shown = (await store.rows(sql)).map(({ status }) => status);
    assert.deepEqual(shown, ["backing-off", "completed", "suspended", "ready", "pending", "completed"]);
    const raw = await store.rows("SELECT status FROM sys_invocation_status ORDER BY id");
    assert.deepEqual(
      raw.map(({ status }) => status),
      ["invoked", "completed", "suspended", "invoked", "inboxed", "completed"],
    );
  });

  test("an attempt that runs makes its invocation a running one", async () => {
    store.attempts = [{ ...attempt, inFlight: true, nextRetryAt: null }];
    const sql = `SELECT status, next_retry_at FROM sys_invocation WHERE id = '${idOf(1)}'`;
    assert.deepEqual(await store.rows(sql), [{ status: "running" }]);
    store.attempts = [attempt];
  });

  test("sys_invocation_status shows what a suspended invocation waits for", async () => {
    const sql = `SELECT partition_key, suspended_waiting_for_completions AS completions, suspended_waiting_for_signals AS signals,
      suspended_waiting_future_json AS future FROM sys_invocation_status WHERE id = '${idOf(3)}'`;
    assert.deepEqual(await store.rows(sql), [
      {
        partition_key: PARTITION_KEY,
        completions: [2, 3],
        signals: [1],
        future:
          '{"FirstCompleted":[{"Single":{"CompletionId":3}},{"Single":{"SignalIndex":1}},{"Single":{"SignalName":"stop"}},{"AllCompleted":[{"Single":{"CompletionId":2}}]}]}',
      },
    ]);
  });

  test("a restarted invocation tells which one it repeats", async () => {
    const sql = `SELECT invoked_by, invoked_by_id, restarted_from, completion_result, completion_failure
      FROM sys_invocation_status WHERE id = '${idOf(6)}'`;
    assert.deepEqual(await store.rows(sql), [
      { invoked_by: "restart_as_new", restarted_from: "inv_1old", completion_result: "success" },
    ]);
  });

  test("sys_invocation_state has the attempts alone", async () => {
    assert.deepEqual(await store.rows("SELECT id, in_flight, retry_count FROM sys_invocation_state"), [
      { id: idOf(1), in_flight: false, retry_count: 3 },
    ]);
  });

  test("sys_inbox has who waits for a key, sys_keyed_service_status who holds it", async () => {
    assert.deepEqual(await store.rows("SELECT * FROM sys_inbox"), [
      {
        partition_key: PARTITION_KEY,
        service_name: "Counter",
        service_key: "a",
        id: idOf(5),
        sequence_number: 2,
        created_at: CREATED_AT,
      },
    ]);
    assert.deepEqual(await store.rows("SELECT * FROM sys_keyed_service_status"), [
      { partition_key: PARTITION_KEY, service_name: "Counter", service_key: "a", invocation_id: idOf(4) },
    ]);
  });

  test("sys_idempotency has the calls with a key of their own", async () => {
    assert.deepEqual(await store.rows(`SELECT * FROM sys_idempotency WHERE invocation_id = '${idOf(2)}'`), [
      {
        partition_key: PARTITION_KEY,
        service_name: "Counter",
        service_key: "the key",
        service_handler: "add",
        idempotency_key: "idempotency key",
        invocation_id: idOf(2),
      },
    ]);
  });

  test("sys_journal shows each entry, decoded", async () => {
    const sql = `SELECT index, entry_type, name, invoked_id, invoked_target, sleep_wakeup_at, promise_name
      FROM sys_journal WHERE id = '${idOf(1)}' ORDER BY index`;
    assert.deepEqual(await store.rows(sql), [
      { index: 0, entry_type: "Command: Input", name: "" },
      { index: 1, entry_type: "Command: Run", name: "step" },
      { index: 2, entry_type: "Notification: Run" },
      { index: 3, entry_type: "Command: Sleep", name: "", sleep_wakeup_at: "2023-11-14T22:13:20.000Z" },
      {
        index: 4,
        entry_type: "Command: Call",
        name: "",
        invoked_id: "inv_1callee",
        invoked_target: "Counter/b/add",
      },
      { index: 5, entry_type: "Notification: CallInvocationId" },
      { index: 6, entry_type: "Command: GetPromise", name: "", promise_name: "p" },
    ]);
  });

  test("sys_journal has the entry itself as bytes and as JSON", async () => {
    const sql =
      "SELECT partition_key, raw, raw_length, version, entry_json, entry_lite_json, appended_at FROM sys_journal WHERE index = 1";
    const [run] = entries.slice(1);
    assert.deepEqual(await store.rows(sql), [
      {
        partition_key: PARTITION_KEY,
        raw: Buffer.from(run!.payload).toString("hex"),
        raw_length: run!.payload.byteLength,
        version: 2,
        entry_json: '{"Command":{"Run":{"completion_id":1,"name":"step"}}}',
        entry_lite_json: '{"Command":{"Run":{"completion_id":1,"name":"step"}}}',
        appended_at: "2023-11-14T22:13:20.001Z",
      },
    ]);
    const call = String(await store.value("SELECT entry_lite_json FROM sys_journal WHERE index = 4"));
    assert.equal(JSON.parse(call).Command.Call.invocation_id, "inv_1callee");
  });

  test("sys_journal_events has what happened beside the journal", async () => {
    assert.deepEqual(await store.rows("SELECT * FROM sys_journal_events"), [
      {
        partition_key: PARTITION_KEY,
        id: idOf(1),
        after_journal_entry_index: 1,
        appended_at: "2023-11-14T22:13:20.000Z",
        event_type: "TransientError",
        event_json: '{"ty":"TransientError"}',
      },
    ]);
  });

  test("state shows values as text where they are text", async () => {
    assert.deepEqual(await store.rows("SELECT * FROM state ORDER BY key"), [
      {
        partition_key: PARTITION_KEY,
        service_name: "Counter",
        service_key: "a",
        key: "count",
        key_length: 5,
        value_utf8: "5",
        value: "35",
        value_length: 1,
      },
      {
        partition_key: PARTITION_KEY,
        service_name: "Counter",
        service_key: "a",
        key: "raw",
        key_length: 3,
        value: "ff00",
        value_length: 2,
      },
    ]);
  });

  test("sys_promise shows open, resolved and rejected promises", async () => {
    const sql = `SELECT key, completed, completion_success_value AS value, completion_success_value_utf8 AS text,
      completion_failure AS failure FROM sys_promise ORDER BY key`;
    assert.deepEqual(await store.rows(sql), [
      { key: "ok", completed: true, value: "2279657322", text: '"yes"' },
      { key: "open", completed: false },
      { key: "refused", completed: true, failure: "[500 Internal] no" },
    ]);
  });

  test("sys_deployment has what is registered", async () => {
    assert.deepEqual(await store.rows("SELECT * FROM sys_deployment ORDER BY id LIMIT 1"), [
      {
        id: "dp_1",
        ty: "http",
        endpoint: "http://dp_1/",
        created_at: "2023-11-14T22:13:20.000Z",
        min_service_protocol_version: 5,
        max_service_protocol_version: 7,
        services: ["Greeter", "Counter"],
      },
    ]);
  });

  test("sys_service has the newest revision of each service, with what was set since", async () => {
    assert.deepEqual(await store.rows("SELECT * FROM sys_service ORDER BY name"), [
      { name: "Counter", revision: 1, public: false, ty: "virtual_object", deployment_id: "dp_1" },
      { name: "Greeter", revision: 2, public: false, ty: "service", deployment_id: "dp_2" },
    ]);
  });

  test("every table can be read whole, and information_schema has its columns", async () => {
    const tables = await store.rows("SELECT table_schema, table_name FROM information_schema.tables");
    for (const { table_schema, table_name } of tables) {
      await store.rows(`SELECT * FROM restate.${table_schema}.${table_name}`);
      const listed = await store.rows(
        `SELECT column_name FROM information_schema.columns WHERE table_name = '${table_name}' ORDER BY ordinal_position`,
      );
      if (table_schema !== "public") continue;
      const shown = store.types(`SELECT * FROM ${table_name}`).map((column) => column.split(" ")[0]);
      assert.deepEqual(
        listed.map(({ column_name }) => column_name),
        shown,
      );
    }
    assert.equal(tables.length, 18);
  });

  /* Queries of the documents of 2023. */
  const former: readonly (readonly [sql: string, rows: number])[] = [
    ["SELECT * FROM sys_status WHERE service = 'Greeter'", 1],
    ["SELECT * FROM sys_status WHERE to_timestamp(modified_at) <= now() - interval '1' hour", 3],
    ["SELECT * FROM sys_status i JOIN state s ON i.service = s.service AND i.service_key = s.service_key", 2],
    [
      "SELECT * FROM sys_status WHERE service_key IN (SELECT service_key FROM sys_journal WHERE service = 'Greeter')",
      0,
    ],
    ["SELECT service, method, last_error_code FROM sys_invocation_state WHERE retry_count > 1", 1],
    ["SELECT service, method FROM sys_inbox", 1],
  ];
  for (const [sql, rows] of former) {
    test(`of 2023: ${sql}`, async () => assert.equal((await store.rows(sql)).length, rows));
  }

  test("DESCRIBE and SHOW TABLES tell about tables", async () => {
    const columns = await store.rows("DESCRIBE restate.public.sys_service;");
    assert.deepEqual(columns[1], { column_name: "revision", data_type: "UInt64", is_nullable: "YES" });
    const tables = await store.rows("SHOW TABLES");
    assert.ok(tables.some(({ table_name }) => table_name === "sys_invocation"));
  });
});

describe("the way to an invocation's rows", () => {
  let store: QueriedStore;
  before(async () => {
    store = await QueriedStore.open({ invocationInserts: [running, full] });
  });
  after(() => store.close());

  for (const where of [`id = '${idOf(1)}'`, `'${idOf(1)}' = id`, `id IN ('${idOf(1)}', '${idOf(2)}')`]) {
    test(`${where.replaceAll(/inv_1\w+/g, "...")} needs no scan`, async () => {
      for (const table of ["sys_invocation", "sys_invocation_status", "sys_journal"]) {
        const plan = await store.plan(`SELECT * FROM ${table} WHERE ${where}`);
        assert.match(plan, /invocations_by_id/);
        assert.doesNotMatch(plan, /SCAN [ij]\b/);
      }
    });
  }

  test("neither does a join by ids", async () => {
    const plan = await store.plan(
      `SELECT j.index FROM sys_invocation i JOIN sys_journal j ON j.id = i.id WHERE i.id = '${idOf(1)}'`,
    );
    assert.doesNotMatch(plan, /SCAN [ij]\b/);
  });

  test("nor do the newest invocations, however they are narrowed down by time", async () => {
    for (const rest of [
      "ORDER BY created_at DESC LIMIT 50",
      "WHERE created_at > now() - interval '1 hour'",
    ]) {
      const plan = await store.plan(`SELECT id, target, status FROM sys_invocation ${rest}`);
      assert.match(plan, /USING INDEX invocations_by_creation/);
      assert.doesNotMatch(plan, /TEMP B-TREE/);
    }
  });

  test("an id that there is not has no rows", async () => {
    assert.deepEqual(await store.rows("SELECT id FROM sys_invocation WHERE id = 'inv_1nothing'"), []);
    assert.deepEqual(await store.rows(`SELECT id FROM sys_invocation WHERE id <> '${idOf(1)}'`), [
      { id: idOf(2) },
    ]);
  });
});

test("a paused invocation whose attempt has not suspended yet is still running", async () => {
  const paused = invocation(1, { id: idOf(1), status: Status.Paused });
  const store = await QueriedStore.open({ invocationInserts: [paused] });
  try {
    const sql = "SELECT status FROM sys_invocation";
    store.attempts = [{ ...attempt, inFlight: true, nextRetryAt: null }];
    assert.equal(await store.value(sql), "running");
    assert.equal(await store.value("SELECT in_flight FROM sys_invocation_state"), true);
    store.attempts = [];
    assert.equal(await store.value(sql), "paused");
  } finally {
    await store.close();
  }
});
