import { type AppClients, createClients } from "@pawl/embedded/internal";
import type {
  Duration,
  EndpointOptions,
  JournalValueCodec,
  TypedState,
  UntypedState,
  VirtualObjectDefinition,
  WorkflowDefinition,
} from "@pawl/sdk";
import { InProcessEndpoint, toMillis } from "@pawl/sdk/in-process";
import { CallRefusedError, MemoryStore, partitionOf } from "@pawl/server/embedded";
import { Journal } from "./journal/journal.js";
import { type StateAccess, StateProxy } from "./state-proxy.js";
import type { Step } from "./world/crash-point.js";
import { type Life, SurvivingCaller } from "./world/surviving-caller.js";
import { TestClock } from "./world/test-clock.js";
import type { Trap } from "./world/watched-invoker.js";
import { ANY_PORT, type Remains, World } from "./world/world.js";

export interface EnvironmentOptions extends EndpointOptions {
  /**
   * - "skip" (the default): time stands still while handlers work; when nothing but time is waited for, and a call of
   *   `clients` waits for its answer, it jumps to the end of the next sleep, delay or retry.
   * - "manual": time stands still until `advance`.
   * - "real": the system's clock.
   *
   * Handlers see it through `ctx` only: `Date.now()` is the system's.
   */
  readonly time?: "skip" | "manual" | "real";
  /** Default: memory. A path is a directory for SQLite, as outside of tests; it is not removed. */
  readonly store?: "memory" | { readonly path: string };
  /** Handlers suspend wherever they wait, and are replayed: finds code that is not deterministic. Default: false. */
  readonly alwaysReplay?: boolean;
  /** The first failed attempt fails the invocation. Default: false. */
  readonly disableRetries?: boolean;
  /** Settings of the server by their keys, e.g. `{ "default-retry-policy.max-attempts": "5" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Alive {
  readonly world: World;
  readonly life: Life;
  readonly killed: (next: Life) => void;
}

/** A server for one test, with its handlers in this process. */
export class TestEnvironment implements AsyncDisposable {
  /** Calls handlers. A call outlives `kill`: it gets its answer from the server's next life. */
  readonly clients: AppClients;
  readonly #endpoint: InProcessEndpoint;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #traps = new Set<Trap>();
  readonly #unreached = new Set<(error: Error) => void>();
  readonly #skips: boolean;
  #remains: Remains;
  #alive: Alive | undefined;
  #killed: ((next: Life) => void) | undefined;
  #restarted: (() => void)[] = [];
  #waiting = 0;
  #isSkipping = false;

  protected constructor(options: EnvironmentOptions, codec: JournalValueCodec | undefined) {
    const { time = "skip", store = "memory", alwaysReplay, disableRetries, settings, ...endpoint } = options;
    this.#skips = time === "skip";
    this.#endpoint = new InProcessEndpoint({ ...endpoint, now: () => this.now() });
    this.#settings = {
      ...(alwaysReplay && { "worker.invoker.inactivity-timeout": "0s" }),
      ...(disableRetries && {
        "default-retry-policy.max-attempts": "1",
        "default-retry-policy.on-max-attempts": "kill",
      }),
      ...settings,
    };
    this.#remains = {
      data: store === "memory" ? new MemoryStore() : store,
      virtualNow: time === "real" ? null : Date.now(),
      ingress: ANY_PORT,
      admin: ANY_PORT,
    };
    const caller = new SurvivingCaller(
      () => this.#living().life,
      (answer) => (this.#skips ? this.skipTimeUntil(answer) : answer),
    );
    this.clients = createClients(this.#endpoint, () => caller, codec);
  }

  /** @throws TypeError when definitions are not right; StoreError when the directory cannot be used */
  static async start(options: EnvironmentOptions): Promise<TestEnvironment> {
    const environment = new TestEnvironment(options, await options.journalValueCodecProvider?.());
    await environment.restart();
    return environment;
  }

  /** Where HTTP callers find the services. The same after a restart. */
  baseUrl(): string {
    return `http://${this.#living().world.server.ingressAddress}`;
  }

  /** Where the server is administered. The same after a restart. */
  adminAPIBaseUrl(): string {
    return `http://${this.#living().world.server.adminAddress}`;
  }

  /** Stops everything. What is in memory is gone. */
  async stop(): Promise<void> {
    const alive = this.#alive;
    this.#alive = undefined;
    for (const reject of this.#unreached) reject(new Error("the environment was stopped before the step"));
    this.#unreached.clear();
    this.#waiting = 0;
    for (const resolve of this.#restarted.splice(0)) resolve();
    if (alive === undefined) return;
    alive.world.server.caller.stop();
    if (alive.world.clock instanceof TestClock) await alive.world.kill(this.#remains.data);
    else await alive.world.server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // Time

  /** What the server, and handlers through `ctx`, take for now. Unix milliseconds. */
  now(): number {
    return this.#alive?.world.clock.now() ?? this.#remains.virtualNow ?? Date.now();
  }

  /** Moves time on, stopping at everything that is due on the way, until nothing is left to do. */
  async advance(duration: Duration | number): Promise<void> {
    let { world } = this.#living();
    const target = this.now() + toMillis(duration);
    for (;;) {
      const { clock, everything } = world;
      if (!(clock instanceof TestClock)) throw new TypeError('time is "real" here: it cannot be moved');
      await everything.idle();
      const next = await world.nextDue(clock);
      if (this.#alive?.world !== world) {
        // It crashed at a step: time goes on in the next life.
        world = await this.#nextWorld();
      } else if (everything.isIdle) {
        if (next > target && clock.now() >= target) return;
        clock.moveTo(Math.min(next, target));
      }
    }
  }

  /** Skips idle time until a promise is settled: for answers that do not come through `clients`. */
  skipTimeUntil<T>(promise: Promise<T>): Promise<T> {
    this.#waiting++;
    const settled = (): void => {
      this.#waiting = Math.max(0, this.#waiting - 1);
    };
    promise.then(settled, settled);
    void this.#skip();
    return promise;
  }

  /** Resolves when handlers and server have nothing to do until time moves on or somebody calls. */
  async idle(): Promise<void> {
    await this.#living().world.everything.idle();
  }

  async #skip(): Promise<void> {
    if (this.#isSkipping) return;
    this.#isSkipping = true;
    while (this.#waiting > 0) {
      const world = this.#alive?.world;
      if (world === undefined) {
        await this.#nextLife();
        continue;
      }
      const { clock, everything } = world;
      if (!(clock instanceof TestClock)) break;
      await everything.idle();
      if (this.#waiting === 0) break;
      const next = await world.nextDue(clock);
      // Reading took a moment: something else may have begun.
      if (this.#alive?.world !== world || !everything.isIdle) continue;
      if (next < Number.POSITIVE_INFINITY) clock.moveTo(next);
      else await everything.change();
    }
    this.#isSkipping = false;
  }

  /** Resolves when the server is up again, or the environment is stopped. */
  #nextLife(): Promise<void> {
    return new Promise((resolve) => this.#restarted.push(resolve));
  }

  async #nextWorld(): Promise<World> {
    if (this.#alive === undefined) await this.#nextLife();
    return this.#living().world;
  }

  // Crashes

  /** The process dies, as by kill -9: what is not durable is lost, handlers get no further. */
  async kill(): Promise<void> {
    const { world, killed } = this.#living();
    this.#alive = undefined;
    this.#killed = killed;
    this.#remains = await world.kill(this.#remains.data);
  }

  /** After `kill`: a new server takes up what is durable. */
  async restart(): Promise<void> {
    const world = await World.open(this.#remains, {
      endpoint: this.#endpoint,
      settings: this.#settings,
      traps: this.#traps,
    });
    let killed: (next: Life) => void = () => {};
    const next = new Promise<Life>((resolve) => {
      killed = resolve;
    });
    const life: Life = { caller: world.server.caller, next };
    this.#alive = { world, life, killed };
    this.#killed?.(life);
    this.#killed = undefined;
    for (const resolve of this.#restarted.splice(0)) resolve();
  }

  /**
   * Kills the server when a handler comes to a step, the first time that one does, and starts it again.
   * @returns resolves when the server is back; rejects when the environment is stopped before the step
   */
  crashAt(step: Step): Promise<void> {
    const crashed = new Promise<void>((resolve, reject) => {
      this.#unreached.add(reject);
      const crash = async (): Promise<void> => {
        const { world } = this.#living();
        // Time stands still until it is dead.
        world.everything.enter();
        // What lies before the step is durable.
        await world.node.idle();
        await this.kill();
        await this.restart();
        world.everything.leave();
      };
      const trap: Trap = {
        step,
        reached: () => {
          this.#traps.delete(trap);
          this.#unreached.delete(reject);
          crash().then(resolve, reject);
        },
      };
      this.#traps.add(trap);
    });
    // Not everybody waits for it.
    crashed.catch(() => {});
    return crashed;
  }

  // What is stored

  /**
   * What an invocation has done so far, as it is stored.
   * @throws Error when there is no such invocation, or its journal is not kept any more
   */
  async journal(invocationId: string): Promise<Journal> {
    const { world } = this.#living();
    await world.node.idle();
    const none = { invocations: [], invocationNums: [], journals: [], keys: [] };
    const { invocations } = await world.store.load({ ...none, invocations: [invocationId] });
    const [row] = invocations;
    if (!row) throw new Error(`there is no invocation ${invocationId}, or it is not kept any more`);
    const { journals } = await world.store.load({ ...none, journals: [row.num] });
    const { service, handler, key, idempotencyKey } = row;
    const protocolVersion = row.protocolVersion ?? this.#endpoint.manifest.maxProtocolVersion;
    return Journal.of(
      { invocationId, service, handler, key, idempotencyKey, protocolVersion },
      journals[0] ?? [],
    );
  }

  /** The state of one key. Changes are queued on the key, behind handlers that run. */
  stateOf<TState extends TypedState = UntypedState>(
    service: VirtualObjectDefinition<string, unknown> | WorkflowDefinition<string, unknown>,
    key: string,
  ): StateProxy<TState> {
    return new StateProxy<TState>(this.#stateAccess(service.name, key));
  }

  #stateAccess(service: string, key: string): StateAccess {
    return {
      read: async () => {
        const { world, life } = this.#living();
        await world.node.idle();
        const partition = partitionOf(life.caller.workflowId(service, key), world.partitions);
        const { keys } = await world.store.load({
          invocations: [],
          invocationNums: [],
          journals: [],
          keys: [{ partition, service, key }],
        });
        return new Map((keys[0]?.state ?? []).map(({ name, value }) => [name, value]));
      },
      write: async (state) => {
        const response = await fetch(`${this.adminAPIBaseUrl()}/services/${service}/state`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            object_key: key,
            new_state: Object.fromEntries([...state].map(([name, value]) => [name, [...value]])),
          }),
        });
        if (!response.ok) throw new Error(`the state was not changed: ${await response.text()}`);
      },
    };
  }

  #living(): Alive {
    if (this.#alive === undefined) {
      throw new CallRefusedError("closed", "the server was killed or stopped: restart() it first");
    }
    return this.#alive;
  }
}
