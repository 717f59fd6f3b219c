import { constants, setPriority } from "node:os";
import { loadParser } from "../dialect/parse.js";
import { type AttemptSnapshot, QueryError } from "../introspection.js";
import type { QueryRequest, Reply, Request } from "./messages.js";
import { QueryRunner } from "./query-runner.js";

/* Entry point of a process that answers queries. Its parent kills it when a query takes too long. */

/** A result goes in pieces of this size, so that the parent takes care of other things in between. Bytes. */
const PIECE_BYTES = 256 * 1024;

const say = (reply: Reply): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(reply, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });

let runner: Promise<QueryRunner> | undefined;
let takeAttempts: (attempts: readonly AttemptSnapshot[]) => void = () => {};

async function open(directory: string, memoryLimit: number): Promise<QueryRunner> {
  await loadParser();
  return new QueryRunner(directory, memoryLimit);
}

async function answer({ sql, format, now, limits }: QueryRequest): Promise<void> {
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
    await say({ done: true });
  } catch (error) {
    const kind = error instanceof QueryError ? error.kind : "failed";
    await say({ failure: { kind, message: error instanceof Error ? error.message : String(error) } });
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
try {
  // Invocations go first.
  setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // Some sandboxes forbid it.
}
