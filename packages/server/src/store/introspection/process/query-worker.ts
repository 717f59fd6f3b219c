import { type ChildProcess, fork } from "node:child_process";
import { type AttemptSnapshot, QueryError, type QueryResult } from "../introspection.js";
import type { QueryOutcome, QueryRequest, Reply, Request } from "./messages.js";

const ENTRY = new URL("./query-process.js", import.meta.url);

/** For the rows of a result until it is sent: several times as much as the limit of its size. MiB. */
const HEAP_LIMIT_MIB = 1024;

export interface QueryWorkerOptions {
  readonly directory: string;
  /** See QueryConfig, bytes. */
  readonly memoryLimit: number;
  /** Asked for each query that shows attempts. */
  readonly attempts: () => readonly AttemptSnapshot[];
}

/** What somebody wants to know about a query under way. */
export interface QueryEvents {
  /** It is being answered: a new process takes its time to start. */
  onBegin(): void;
  /** It ended, after so many milliseconds of a core's time. Not called for one that was killed. */
  onEnd(cpuMs: number): void;
}

interface Task {
  readonly events: QueryEvents;
  readonly pieces: Uint8Array<ArrayBuffer>[];
  resolve(result: QueryResult): void;
  reject(error: QueryError): void;
}

/**
 * A process that answers queries, as its parent sees it. It is a process and not a thread because SQLite's binding can be
 * interrupted in neither: a thread that is terminated inside a query takes the whole server with it.
 */
export class QueryWorker {
  readonly #child: ChildProcess;
  readonly #attempts: () => readonly AttemptSnapshot[];
  #task: Task | undefined;
  #isGone = false;

  /** Resolves once the process has ended, however. */
  readonly ended: Promise<void>;

  constructor({ directory, memoryLimit, attempts }: QueryWorkerOptions) {
    this.#attempts = attempts;
    this.#child = fork(ENTRY, [], {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${HEAP_LIMIT_MIB}`],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (reply: Reply) => this.#take(reply));
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#fail(how);
        resolve();
      };
      this.#child.on("error", (error) => end(`cannot be run: ${error.message}`));
      this.#child.on("exit", (code, signal) => end(`ended early (${signal ?? code})`));
    });
    this.#say({ open: { directory, memoryLimit } });
    this.#rest();
  }

  /** Whether it can be asked. */
  get isFree(): boolean {
    return this.#task === undefined && !this.#isGone;
  }

  /**
   * One query at a time.
   * @throws QueryError
   */
  ask(query: QueryRequest, events: QueryEvents): Promise<QueryResult> {
    if (this.#isGone) return Promise.reject(gone("has ended"));
    return new Promise((resolve, reject) => {
      this.#task = { events, pieces: [], resolve, reject };
      this.#child.ref();
      this.#child.channel?.ref();
      this.#say({ query });
    });
  }

  /** Ends the process at once, whatever it does; a query under way fails with the error. */
  kill(error: QueryError): void {
    this.#finish()?.reject(error);
    this.#isGone = true;
    this.#child.kill("SIGKILL");
  }

  #take(reply: Reply): void {
    if ("wants" in reply) this.#say({ attempts: this.#attempts() });
    else if ("begins" in reply) this.#task?.events.onBegin();
    else if ("piece" in reply) this.#task?.pieces.push(reply.piece);
    else this.#end(reply.done, reply.cpuMs);
  }

  #end(outcome: QueryOutcome, cpuMs: number): void {
    const task = this.#finish();
    task?.events.onEnd(cpuMs);
    if (outcome === "answered") task?.resolve(task.pieces);
    else task?.reject(new QueryError(outcome.kind, outcome.message));
  }

  #finish(): Task | undefined {
    const task = this.#task;
    this.#task = undefined;
    this.#rest();
    return task;
  }

  /** Without a query it does not keep the server's process alive. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  #say(request: Request): void {
    if (!this.#isGone) this.#child.send(request, (error) => error !== null && this.#fail(error.message));
  }

  #fail(how: string): void {
    this.#isGone = true;
    this.#finish()?.reject(gone(how));
  }
}

function gone(how: string): QueryError {
  return new QueryError("failed", `the process that answers queries ${how}`);
}
