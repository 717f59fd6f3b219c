import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { QueryConfig } from "../../../config/config.js";
import { openSqliteStore } from "../../sqlite/sqlite-store.js";
import type { Store } from "../../store.js";
import { batch, invocation } from "../../suite/rows.js";
import { withDirectory } from "../../suite/temporary-directory.js";
import type { AttemptSnapshot } from "../introspection.js";
import { QueryPool } from "./query-pool.js";

const LIMITS: QueryConfig = {
  timeoutMs: 60_000,
  rowLimit: 1_000,
  resultSizeLimit: 4_000_000,
  memoryLimit: 64 * 1024 * 1024,
  concurrencyLimit: 1,
  waitingLimit: 1,
  restLimitMs: 60_000,
  idleTimeoutMs: 60_000,
};

const ATTEMPT: AttemptSnapshot = {
  num: 1,
  inFlight: true,
  startedAttempts: 1,
  lastStartAt: 1_700_000_000_000,
  nextRetryAt: null,
  deployment: null,
  server: null,
  failure: null,
};

/** Would run for hours. */
const ENDLESS = `SELECT count(*) FROM (VALUES ${Array(50).fill("(1)").join(",")}) a, ${[
  "b",
  "c",
  "d",
  "e",
  "f",
  "g",
]
  .map((name) => `(VALUES ${Array(50).fill("(1)").join(",")}) ${name}`)
  .join(", ")}`;

/** Source: sched(7). */
const IDLE_CLASS = 5;
const HAS_IDLE_CLASS =
  process.platform === "linux" && spawnSync("chrt", ["--idle", "0", "true"]).status === 0;

/** Fields of /proc/[pid]/stat after the name, which is in parentheses. Source: proc(5). */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

const schedulingPolicy = (pid: number): number => Number(statOf(pid)[38]);

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(statOf(pid)[1]) === parent;
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

/** Takes far more than ten milliseconds of a core's time on any machine. */
const ROWS_OF_A_WHILE = `SELECT count(*) FROM ${["a", "b", "c", "d"]
  .map((name) => `(VALUES ${Array(30).fill("(1)").join(",")}) ${name}`)
  .join(", ")}`;

async function withPool(
  limits: Partial<QueryConfig>,
  body: (pool: QueryPool, store: Store, directory: string) => Promise<void>,
  busy = 0,
): Promise<void> {
  await withDirectory(async (directory) => {
    const store = await openSqliteStore({ path: directory });
    const pool = new QueryPool({
      directory,
      limits: { ...LIMITS, ...limits },
      attempts: () => [ATTEMPT],
      watch: () => () => busy,
    });
    try {
      await body(pool, store, directory);
    } finally {
      await pool.close();
      await store.close();
    }
  });
}

async function json(pool: QueryPool, sql: string): Promise<unknown> {
  return JSON.parse(Buffer.concat(await pool.query(sql, "json")).toString()).rows;
}

describe("queries in processes of their own", () => {
  test("see what is durable, and the attempts of the moment", () =>
    withPool({}, async (pool, store) => {
      assert.deepEqual(await json(pool, "SELECT count(*) AS n FROM sys_invocation"), [{ n: 0 }]);
      await store.commit(batch({ invocationInserts: [invocation(1)] }));
      assert.deepEqual(await json(pool, "SELECT status, retry_count FROM sys_invocation"), [
        { status: "running", retry_count: 1 },
      ]);
    }));

  test("nothing else has to wait for them", { skip: !HAS_IDLE_CLASS }, () =>
    withPool({}, async (pool) => {
      await json(pool, "SELECT 1 AS a");
      // The process has asked for it while it started, and may get it a little later.
      while (!childrenOf(process.pid).some((pid) => schedulingPolicy(pid) === IDLE_CLASS)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }),
  );

  test("a long result comes whole", () =>
    withPool({}, async (pool) => {
      const [row] = (await json(pool, "SELECT repeat('x', 1000000) AS text")) as { text: string }[];
      assert.equal(row?.text, "x".repeat(1_000_000));
    }));

  test("a bad query is refused, and the next one answered", () =>
    withPool({}, async (pool) => {
      await assert.rejects(json(pool, "SELECT nope"), {
        name: "QueryError",
        kind: "invalid",
        message: /no column nope/,
      });
      assert.deepEqual(await json(pool, "SELECT 1 AS a"), [{ a: 1 }]);
    }));

  test("a query that takes too long is given up, and the next one answered", () =>
    withPool({ timeoutMs: 2_000 }, async (pool) => {
      await assert.rejects(json(pool, ENDLESS), { kind: "timeout", message: /given up after 2 s/ });
      assert.deepEqual(await json(pool, "SELECT 1 AS a"), [{ a: 1 }]);
    }));

  test("a query whose answer is no longer wanted ends, and one that waits, too", () =>
    withPool({}, async (pool) => {
      const running = new AbortController();
      const waiting = new AbortController();
      const first = assert.rejects(pool.query(ENDLESS, "json", running.signal), { kind: "aborted" });
      const second = assert.rejects(pool.query(ENDLESS, "json", waiting.signal), { kind: "aborted" });
      waiting.abort();
      await second;
      running.abort();
      await first;
      await assert.rejects(pool.query("SELECT 1", "json", running.signal), { kind: "aborted" });
      assert.deepEqual(await json(pool, "SELECT 1 AS a"), [{ a: 1 }]);
    }));

  test("more queries than may run wait; more than may wait are refused", () =>
    withPool({ concurrencyLimit: 2 }, async (pool) => {
      const answers = [1, 2, 3].map((n) => json(pool, `SELECT ${n} AS n`));
      await assert.rejects(json(pool, "SELECT 4"), { kind: "busy", message: /1 queries are waiting/ });
      assert.deepEqual(await Promise.all(answers), [[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
    }));

  test("on a busy server a query waits until those before it have rested", () =>
    withPool(
      {},
      async (pool) => {
        await json(pool, ROWS_OF_A_WHILE);
        const start = performance.now();
        // It waits, and is one too many for it.
        const waiting = json(pool, "SELECT 1 AS a");
        await assert.rejects(json(pool, "SELECT 1 AS a"), { kind: "busy" });
        assert.deepEqual(await waiting, [{ a: 1 }]);
        assert.ok(performance.now() - start > 50, "it did not wait");
      },
      0.9,
    ));

  test("what does not fit into memory is sorted in files", () =>
    withPool({ memoryLimit: 1_024 }, async (pool) => {
      const rows = Array.from({ length: 9 }, (_, i) => `(${i}, repeat('x', 500000))`).join(", ");
      const sql = `SELECT count(*) AS n FROM (SELECT DISTINCT x, y || x AS z FROM (VALUES ${rows}) AS t (x, y) ORDER BY z DESC LIMIT 8)`;
      assert.deepEqual(await json(pool, sql), [{ n: 8 }]);
    }));

  test("a process without queries ends, and the next query starts another", () =>
    withPool({ idleTimeoutMs: 0 }, async (pool) => {
      for (const n of [1, 2, 3]) {
        assert.deepEqual(await json(pool, `SELECT ${n} AS n`), [{ n }]);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }));

  test("closing ends what runs and what waits, and leaves the store to itself", () =>
    withPool({}, async (pool, store, directory) => {
      const running = assert.rejects(json(pool, ENDLESS), { kind: "aborted", message: /the server stops/ });
      const waiting = assert.rejects(json(pool, ENDLESS), { kind: "aborted" });
      await pool.close();
      await Promise.all([running, waiting]);
      await assert.rejects(json(pool, "SELECT 1"), { kind: "aborted" });
      await store.close();
      assert.deepEqual(readdirSync(directory).sort(), ["pawl.db", "pawl.lock"]);
    }));
});
