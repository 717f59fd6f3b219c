/**
 * A long run with invocations of every kind, retries, crashes and cleaning, after which memory and store must be back at
 * their level. Three parts: a warm-up that shows what the level is, chaos in which server and endpoint are killed or
 * stopped again and again, and a steady part in which nothing restarts, so that a leak would show.
 */
import { pause, prepareEndpoint, prepareServer, type Restartable } from "../processes.js";
import { createCaller } from "./caller.js";
import { isQuiet, type Levels, readLevels } from "./levels.js";
import { Load } from "./load.js";
import { createStories, Increments } from "./stories.js";

export interface SoakOptions {
  /** 0: none, as for the steady part. */
  readonly warmUpMs: number;
  readonly steadyMs: number;
  /** How often a process is killed or stopped in the chaos part, and the time in between. */
  readonly blows: number;
  readonly blowEveryMs: number;
  /** How long results are kept: longer than a caller needs to ask again after a crash. */
  readonly retentionMs: number;
  /** The collector of garbage has no reason to hurry: memory is read when it had this long. */
  readonly settleMs: number;
  readonly storiesPerSecond: number;
  readonly storiesAtATime: number;
  readonly log: (line: string) => void;
}

export interface SoakResult {
  /** Stories by name that ended as they should. */
  readonly done: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  readonly failed: number;
  readonly blows: Readonly<Record<string, number>>;
  /** Why requests were repeated, with how often. */
  readonly repeats: Readonly<Record<string, number>>;
  /** When all was quiet: after the warm-up, after the chaos, in the steady part's middle, and at its end, as far as there were these. */
  readonly quiet: readonly { readonly after: string; readonly levels: Levels }[];
  /** What the server printed last, for reports. */
  readonly serverOutput: string;
}

const JOURNAL_RETENTION = "2s";
const QUIET_WITHIN_MS = 120_000;
const POLL_MS = 500;

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const server = await prepareServer({
    PAWL_DEFAULT_JOURNAL_RETENTION: JOURNAL_RETENTION,
    PAWL_DEFAULT_IDEMPOTENCY_RETENTION: `${options.retentionMs}ms`,
    PAWL_DEFAULT_WORKFLOW_COMPLETION_RETENTION: `${options.retentionMs}ms`,
    PAWL_WORKER__CLEANUP_INTERVAL: "1s",
    PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "300ms",
    PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "50ms",
    PAWL_DEFAULT_RETRY_POLICY__MAX_INTERVAL: "500ms",
    PAWL_LOG_LEVEL: "error",
  });
  const endpoint = await prepareEndpoint("./soak/soak.endpoint.js", { RESTATE_LOGGING: "ERROR" });
  try {
    await endpoint.process.start();
    await server.process.start();
    await server.register(endpoint.uri);
    return await new Soak(options, server, endpoint.process).run();
  } finally {
    await endpoint.process.stop("SIGKILL");
    await server.remove();
  }
}

type PreparedServer = Awaited<ReturnType<typeof prepareServer>>;

class Soak {
  readonly #done: Record<string, number> = {};
  readonly #failures: string[] = [];
  #failed = 0;
  readonly #blows: Record<string, number> = {};
  readonly #repeats: Record<string, number> = {};
  readonly #quiet: { after: string; levels: Levels }[] = [];
  readonly #increments = new Increments();
  #next = 0;

  constructor(
    readonly options: SoakOptions,
    readonly server: PreparedServer,
    readonly endpoint: Restartable,
  ) {}

  async run(): Promise<SoakResult> {
    const { warmUpMs, steadyMs } = this.options;
    if (warmUpMs > 0) await this.#part("warm-up", () => pause(warmUpMs));
    await this.#part("chaos", () => this.#blow());
    if (steadyMs > 0) {
      await this.#part("first half of the steady part", () => pause(steadyMs / 2));
      await this.#part("second half of the steady part", () => pause(steadyMs / 2));
    }
    await this.#increments.verify(this.#caller());
    return {
      done: this.#done,
      failures: this.#failures,
      failed: this.#failed,
      blows: this.#blows,
      repeats: this.#repeats,
      quiet: this.#quiet,
      serverOutput: this.server.process.output,
    };
  }

  async #part(name: string, during: () => Promise<void>): Promise<void> {
    const load = new Load(
      createStories(this.#increments),
      this.#caller(),
      { perSecond: this.options.storiesPerSecond, atATime: this.options.storiesAtATime },
      this.#next,
    );
    load.start();
    await during();
    await load.finish();
    this.#next = load.next;
    for (const [story, count] of load.done) this.#done[story] = (this.#done[story] ?? 0) + count;
    this.#failed += load.failed;
    this.#failures.push(...load.failures);
    const levels = await this.#waitUntilQuiet(name);
    this.#quiet.push({ after: name, levels });
    this.options.log(
      `after ${name}: ${load.total} stories, ${load.failed} failed, ${JSON.stringify(levels)}`,
    );
  }

  /** @throws Error when something of an invocation is still there long after its retention */
  async #waitUntilQuiet(part: string): Promise<Levels> {
    const deadline = Date.now() + QUIET_WITHIN_MS;
    for (;;) {
      const levels = this.#levels();
      if (isQuiet(levels)) break;
      if (Date.now() > deadline) throw new Error(`not quiet after ${part}: ${JSON.stringify(levels)}`);
      await pause(POLL_MS);
    }
    await pause(this.options.settleMs);
    return this.#levels();
  }

  #levels(): Levels {
    return readLevels(this.server.directory, this.server.process.pid!, this.endpoint.pid!);
  }

  async #blow(): Promise<void> {
    const blows = [
      ["kill -9 of the server", this.server.process, "SIGKILL"],
      ["stop of the server", this.server.process, "SIGTERM"],
      ["kill -9 of the endpoint", this.endpoint, "SIGKILL"],
    ] as const;
    for (let n = 0; n < this.options.blows; n++) {
      await pause(this.options.blowEveryMs * (0.5 + Math.random()));
      const [name, victim, signal] = blows[n % blows.length]!;
      await victim.stop(signal);
      await victim.start();
      this.#blows[name] = (this.#blows[name] ?? 0) + 1;
    }
  }

  #caller() {
    return createCaller(this.server.ingress, this.server.admin, (why) => {
      this.#repeats[why] = (this.#repeats[why] ?? 0) + 1;
    });
  }
}
