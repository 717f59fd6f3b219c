import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { formatInvocationId, newUlid } from "@pawl/protocol";
import type { Batch, Store } from "../store.js";
import { NUMBERS_PER_PARTITION, Status } from "../store.js";
import { batch, invocation } from "../suite/rows.js";
import { withDirectory } from "../suite/temporary-directory.js";
import { openSqliteStore } from "./sqlite-store.js";

/*
 * What a durable invocation costs: `node packages/server/dist/store/sqlite/commit.bench.js` (Linux only: it reads the CPU time
 * of the event loop's thread from /proc). An invocation is 1 insert, 2 journal rows and 1 update.
 */

const BATCH_SIZES = [1, 16, 64, 256];
const INVOCATIONS = 60_000;
const INVOCATIONS_ONE_BY_ONE = 8_000;
const WARM_UP_SHARE = 0.2;
const PAYLOAD_BYTES = 60;
const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const DEPLOYMENT = "dp_11nGQpCRmau6ypL82KH2TnP";

const RANDOM_BYTES = 10;
const PARTITION_KEY_BYTES = 8;
const INVOCATIONS_PER_MS = 20;

/** Ids whose last 22 characters do not ascend with time. */
const unorderedIds = process.argv.includes("--unordered-ids");
let nextNum = NUMBERS_PER_PARTITION + 1;

function newId(now: number): string {
  const ulid = newUlid(now, randomBytes(RANDOM_BYTES));
  // Text of an id has its last byte first.
  return formatInvocationId(
    Buffer.concat([randomBytes(PARTITION_KEY_BYTES), unorderedIds ? ulid : ulid.reverse()]),
  );
}

function batchOf(size: number): Batch {
  const payload = new Uint8Array(PAYLOAD_BYTES).fill(65);
  const rows = Array.from({ length: size }, () => {
    const num = nextNum++;
    const createdAt = 1_790_000_000_000 + Math.floor((num % NUMBERS_PER_PARTITION) / INVOCATIONS_PER_MS);
    return invocation(num, {
      partition: 1,
      id: newId(createdAt),
      createdAt,
      traceparent: TRACEPARENT,
      tracestate: null,
      deployment: DEPLOYMENT,
      waiters: '[{"ingress":"r123"}]',
    });
  });
  return batch({
    invocationInserts: rows,
    invocationUpdates: rows.map((row) => ({
      ...row,
      status: Status.Completed,
      completedAt: row.createdAt,
      outcomeKind: 1,
      outcome: payload,
      purgeAt: row.createdAt + row.completionRetention,
    })),
    journalAppends: rows.flatMap(({ num, createdAt }) => [
      { num, index: 0, type: 0x0400, payload, appendedAt: createdAt },
      { num, index: 1, type: 0x0401, payload, appendedAt: createdAt },
    ]),
  });
}

/** Commits all batches, at most so many outstanding. Gives the latencies, milliseconds, sorted. */
async function commitAll(store: Store, batches: readonly Batch[], outstanding: number): Promise<number[]> {
  const latencies: number[] = [];
  const rest = batches.values();
  const lane = async () => {
    for (const next of rest) {
      const start = performance.now();
      await store.commit(next);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, lane));
  return latencies.sort((a, b) => a - b);
}

/** Microseconds of CPU: of this thread, and of all threads. */
function cpu(): { main: number; all: number } {
  const { user, system } = process.cpuUsage();
  return {
    main: Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1000,
    all: user + system,
  };
}

async function measure(size: number, outstanding: number): Promise<void> {
  await withDirectory(async (path) => {
    const store = await openSqliteStore({ path });
    const count = Math.ceil((size === 1 ? INVOCATIONS_ONE_BY_ONE : INVOCATIONS) / size);
    const batches = Array.from({ length: count }, () => batchOf(size));
    const warmUp = Math.ceil(count * WARM_UP_SHARE);
    await commitAll(store, batches.slice(0, warmUp), outstanding);
    const before = cpu();
    const start = performance.now();
    const latencies = await commitAll(store, batches.slice(warmUp), outstanding);
    const wall = (performance.now() - start) * 1000;
    const after = cpu();
    await store.close();
    const invocations = (count - warmUp) * size;
    const each = (us: number) => (us / invocations).toFixed(1).padStart(6);
    const main = after.main - before.main;
    const percentile = (share: number) => latencies[Math.floor((latencies.length - 1) * share)]!.toFixed(2);
    console.log(
      `batch ${String(size).padStart(3)}, ${outstanding} outstanding: ` +
        `${Math.round((invocations / wall) * 1e6)} invocations/s; CPU us an invocation: ` +
        `main ${each(main)}, other threads ${each(after.all - before.all - main)}; ` +
        `latency ms: p50 ${percentile(0.5)} p99 ${percentile(0.99)} max ${percentile(1)}`,
    );
  });
}

for (const outstanding of [1, 2]) {
  for (const size of BATCH_SIZES) await measure(size, outstanding);
}
