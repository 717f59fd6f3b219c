import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

const STOP_WITHIN_MS = 30_000;
const LOG_TAIL_CHARS = 2000;
/** Of the caller's environment: settings of servers must not leak into the measurement. */
const INHERITED = ["PATH", "HOME", "LANG", "TMPDIR"];

const running = new Set<Child>();

/** A process of the benchmark. What it prints goes to a file. */
export class Child {
  readonly #process: ChildProcess;
  readonly #logFile: string;
  readonly #exited: Promise<unknown>;
  #isStopping = false;

  private constructor(
    readonly name: string,
    child: ChildProcess,
    logFile: string,
  ) {
    this.#process = child;
    this.#logFile = logFile;
    this.#exited = once(child, "exit").finally(() => running.delete(this));
    this.#exited.catch(() => {});
    running.add(this);
  }

  static start(options: {
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
    readonly logFile: string;
    /** Open a channel for messages: for our own processes. */
    readonly hasChannel: boolean;
  }): Child {
    const { name, command, args, cwd, logFile } = options;
    const inherited = Object.fromEntries(INHERITED.map((key) => [key, process.env[key]]));
    const log = openSync(logFile, "a");
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited, NODE_ENV: "production", ...options.env },
      stdio: ["ignore", log, log, options.hasChannel ? "ipc" : "ignore"],
    });
    closeSync(log);
    return new Child(name, child, logFile);
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw this.failure("could not be started");
    return pid;
  }

  send(message: object): void {
    this.#process.send(message);
  }

  /** @throws Error when the process ends before it sends one */
  async receive(): Promise<unknown> {
    const message = once(this.#process, "message").then(([value]) => value as unknown);
    return await Promise.race([message, this.ended()]);
  }

  /** Rejects when the process ends although nobody stopped it. */
  async ended(): Promise<never> {
    try {
      await this.#exited;
    } catch (error) {
      throw this.failure(`could not be started: ${(error as Error).message}`);
    }
    if (this.#isStopping) return await new Promise<never>(() => {});
    throw this.failure(`ended by itself (code ${this.#process.exitCode}, ${this.#process.signalCode})`);
  }

  failure(what: string): Error {
    return new Error(`${this.name} ${what}. The end of its log:\n${this.#readLogTail()}`);
  }

  /** @throws Error when the process has to be killed */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGTERM");
    const timeout = new AbortController();
    const late = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), STOP_WITHIN_MS);
      timeout.signal.addEventListener("abort", () => clearTimeout(timer));
    });
    const isLate = await Promise.race([this.#exited.then(() => false), late]);
    timeout.abort();
    if (!isLate) return;
    this.#process.kill("SIGKILL");
    await this.#exited;
    throw this.failure(`did not end within ${STOP_WITHIN_MS} ms`);
  }

  killNow(): void {
    this.#process.kill("SIGKILL");
  }

  #readLogTail(): string {
    try {
      return readFileSync(this.#logFile, "utf8").slice(-LOG_TAIL_CHARS);
    } catch {
      return "(no log)";
    }
  }
}

/** For the moment when the benchmark itself is told to end. */
export function killAllChildren(): void {
  for (const child of running) child.killNow();
}
