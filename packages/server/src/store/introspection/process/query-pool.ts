import type { QueryConfig } from "../../../config/config.js";
import {
  type AttemptSnapshot,
  type Introspection,
  QueryError,
  type QueryResult,
  type ResultFormat,
} from "../introspection.js";
import { type LoadWatch, watchLoad } from "./load.js";
import { Pace } from "./pace.js";
import { type QueryEvents, QueryWorker } from "./query-worker.js";

export interface QueryPoolOptions {
  /** The data directory. */
  readonly directory: string;
  readonly limits: QueryConfig;
  /** What the node knows of attempts at this moment. */
  readonly attempts: () => readonly AttemptSnapshot[];
  /** What there is to disturb; default: see `watchLoad`. */
  readonly watch?: () => LoadWatch;
}

/** A process that takes longer to start has gone wrong. */
const START_TIMEOUT_MS = 60_000;

interface Waiting {
  run(worker: QueryWorker): void;
  reject(error: QueryError): void;
}

/** SQL about a store in SQLite. Processes that answer are started when there are queries, and end when there are none. */
export class QueryPool implements Introspection {
  readonly #options: QueryPoolOptions;
  /** Those that can be asked, and when they end if nobody asks. */
  readonly #workers = new Map<QueryWorker, NodeJS.Timeout | undefined>();
  /** Those, and the ones that have been killed. */
  readonly #alive = new Set<QueryWorker>();
  readonly #waiting: Waiting[] = [];
  readonly #pace: Pace;
  #rest: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: QueryPoolOptions) {
    this.#options = options;
    this.#pace = new Pace(options.limits.restLimitMs);
  }

  query(sql: string, format: ResultFormat, signal?: AbortSignal): Promise<QueryResult> {
    if (this.#isClosed) return Promise.reject(stopping());
    if (signal?.aborted) return Promise.reject(unwanted());
    const worker = this.#pace.restMs > 0 ? undefined : this.#freeWorker();
    return worker === undefined ? this.#wait(sql, format, signal) : this.#run(worker, sql, format, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#rest);
    for (const { reject } of this.#waiting.splice(0)) reject(stopping());
    for (const worker of [...this.#workers.keys()]) this.#end(worker, stopping());
    await Promise.all([...this.#alive].map((worker) => worker.ended));
  }

  #wait(sql: string, format: ResultFormat, signal?: AbortSignal): Promise<QueryResult> {
    const { waitingLimit } = this.#options.limits;
    if (this.#waiting.length >= waitingLimit) {
      const text = `${waitingLimit} queries are waiting already: try again later`;
      return Promise.reject(new QueryError("busy", text));
    }
    return new Promise((resolve, reject) => {
      const run = (worker: QueryWorker): void => resolve(this.#run(worker, sql, format, signal));
      const waiting: Waiting = { run, reject };
      this.#waiting.push(waiting);
      this.#runWaiting();
      signal?.addEventListener("abort", () => {
        const place = this.#waiting.indexOf(waiting);
        if (place !== -1) this.#waiting.splice(place, 1);
        reject(unwanted());
      });
    });
  }

  async #run(
    worker: QueryWorker,
    sql: string,
    format: ResultFormat,
    signal?: AbortSignal,
  ): Promise<QueryResult> {
    const { timeoutMs, rowLimit, resultSizeLimit } = this.#options.limits;
    clearTimeout(this.#workers.get(worker));
    let timer = setTimeout(() => this.#end(worker, notStarted()), START_TIMEOUT_MS);
    const busy = (this.#options.watch ?? watchLoad)();
    const events: QueryEvents = {
      onBegin: () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.#pace.took(timeoutMs, busy(timeoutMs));
          this.#end(worker, tooSlow(timeoutMs));
        }, timeoutMs);
      },
      onEnd: (cpuMs) => this.#pace.took(cpuMs, busy(cpuMs)),
    };
    const onAbort = (): void => this.#end(worker, unwanted());
    signal?.addEventListener("abort", onAbort);
    try {
      return await worker.ask(
        { sql, format, now: Date.now(), limits: { rowLimit, resultSizeLimit } },
        events,
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#keep(worker);
    }
  }

  #freeWorker(): QueryWorker | undefined {
    for (const worker of this.#workers.keys()) if (worker.isFree) return worker;
    return this.#workers.size < this.#options.limits.concurrencyLimit ? this.#start() : undefined;
  }

  #start(): QueryWorker {
    const { directory, limits, attempts } = this.#options;
    const worker = new QueryWorker({ directory, memoryLimit: limits.memoryLimit, attempts });
    this.#workers.set(worker, undefined);
    this.#alive.add(worker);
    void worker.ended.then(() => {
      this.#alive.delete(worker);
      this.#forget(worker);
    });
    return worker;
  }

  #end(worker: QueryWorker, error: QueryError): void {
    worker.kill(error);
    this.#forget(worker);
  }

  /** It is free: for the next query, or for some time. */
  #keep(worker: QueryWorker): void {
    if (!this.#workers.has(worker) || !worker.isFree) return;
    const idle = setTimeout(() => this.#end(worker, stopping()), this.#options.limits.idleTimeoutMs);
    this.#workers.set(worker, idle.unref());
    this.#runWaiting();
  }

  #forget(worker: QueryWorker): void {
    if (!this.#workers.has(worker)) return;
    clearTimeout(this.#workers.get(worker));
    this.#workers.delete(worker);
    this.#runWaiting();
  }

  #runWaiting(): void {
    clearTimeout(this.#rest);
    if (this.#waiting.length === 0) return;
    const { restMs } = this.#pace;
    if (restMs > 0) {
      this.#rest = setTimeout(() => this.#runWaiting(), restMs);
      return;
    }
    while (this.#waiting.length > 0) {
      const worker = this.#freeWorker();
      if (worker === undefined) return;
      this.#waiting.shift()?.run(worker);
    }
  }
}

function stopping(): QueryError {
  return new QueryError("aborted", "the server stops");
}

function unwanted(): QueryError {
  return new QueryError("aborted", "the answer is no longer wanted");
}

function notStarted(): QueryError {
  return new QueryError(
    "failed",
    `the process that answers queries was not ready after ${START_TIMEOUT_MS / 1000} s`,
  );
}

function tooSlow(timeoutMs: number): QueryError {
  const text = `the query was given up after ${timeoutMs / 1000} s: ask for less, or raise the limit`;
  return new QueryError("timeout", text);
}
