import { execFile } from "node:child_process";
import { constants, setPriority } from "node:os";
import { setFlagsFromString } from "node:v8";
import { loadParser } from "../dialect/parse.js";
import { type AttemptSnapshot, QueryError } from "../introspection.js";
import type { QueryOutcome, QueryRequest, Reply, Request } from "./messages.js";
import { QueryRunner } from "./query-runner.js";

/* Entry point of a process that answers queries. Its parent kills it when a query takes too long. */

/** A result goes in pieces of this size, so that the parent takes care of other things in between. Bytes. */
const PIECE_BYTES = 256 * 1024;

const MICROSECONDS_PER_MS = 1000;

const say = (reply: Reply): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(reply, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });

/**
 * The parser of queries is WebAssembly, and one of its functions is huge: optimising it took V8's threads 30 ms with every
 * query, over and over, for a parse of a tenth of a millisecond. So the first, quick compilation has to do. A flag that
 * V8 no longer knows is one line on stderr.
 */
setFlagsFromString("--wasm-tiering-budget=2000000000");

let runner: Promise<QueryRunner> | undefined;
let takeAttempts: (attempts: readonly AttemptSnapshot[]) => void = () => {};

async function open(directory: string, memoryLimit: number): Promise<QueryRunner> {
  await loadParser();
  return new QueryRunner(directory, memoryLimit);
}

async function answer(request: QueryRequest): Promise<void> {
  const start = process.cpuUsage();
  const done = await outcome(request);
  const { user, system } = process.cpuUsage(start);
  await say({ done, cpuMs: (user + system) / MICROSECONDS_PER_MS });
}

async function outcome({ sql, format, now, limits }: QueryRequest): Promise<QueryOutcome> {
  try {
    const ready = await runner;
    if (ready === undefined) throw new Error("a query before the database was opened");
    await say({ begins: true });
    const query = ready.translate(sql, now);
    const result = await ready.answer(query, query.showsAttempts ? await attempts() : [], format, limits);
    for (let at = 0; at < result.byteLength; at += PIECE_BYTES) {
      // A copy: the channel sends the whole buffer behind a view.
      await say({ piece: result.slice(at, at + PIECE_BYTES) });
    }
    return "answered";
  } catch (error) {
    const kind = error instanceof QueryError ? error.kind : "failed";
    return { kind, message: error instanceof Error ? error.message : String(error) };
  }
}

async function attempts(): Promise<readonly AttemptSnapshot[]> {
  const given = new Promise<readonly AttemptSnapshot[]>((resolve) => {
    takeAttempts = resolve;
  });
  await say({ wants: "attempts" });
  return given;
}

process.on("message", (request: Request) => {
  if ("open" in request) {
    runner = open(request.open.directory, request.open.memoryLimit);
    // Told with the first query.
    runner.catch(() => {});
  } else if ("query" in request) {
    void answer(request.query);
  } else {
    takeAttempts(request.attempts);
  }
});
process.on("disconnect", () => process.exit());
// Ctrl-C in a terminal reaches every process; the parent decides when this one ends.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
yieldToInvocations();

/**
 * The lowest priority, and where there is one, the class of processes that run when nothing else wants to: a process of
 * low priority keeps a core for milliseconds after somebody else has become ready, one of this class gives it up at once.
 */
function yieldToInvocations(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Some sandboxes forbid it.
  }
  if (process.platform !== "linux") return;
  // Node cannot do it. Where the command is missing, the priority has to do.
  execFile("chrt", ["--idle", "--all-tasks", "--pid", "0", String(process.pid)], () => {});
}
