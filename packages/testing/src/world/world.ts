import type { InProcessEndpoint } from "@pawl/sdk/in-process";
import {
  type EmbeddedServer,
  loadConfig,
  MemoryStore,
  openEmbeddedServer,
  openSqliteStore,
  type Store,
} from "@pawl/server/embedded";
import { Activity } from "./activity.js";
import { RealClock } from "./real-clock.js";
import { type MortalClock, TestClock } from "./test-clock.js";
import { type Trap, watchInvoker } from "./watched-invoker.js";
import { watchStore } from "./watched-store.js";

/** What survives the death of a server. */
export interface Remains {
  /** A directory for SQLite, or a store in memory. */
  readonly data: { readonly path: string } | MemoryStore;
  /** Unix milliseconds; null: the system's clock. */
  readonly virtualNow: number | null;
  /** Addresses that its ports had. */
  readonly ingress: string;
  readonly admin: string;
}

export interface WorldOptions {
  readonly endpoint: InProcessEndpoint;
  readonly settings: Readonly<Record<string, string>>;
  readonly traps: Set<Trap>;
}

/** One life of a server: its clock, its store, and what goes on in it. */
export class World {
  #isDead = false;

  private constructor(
    readonly server: EmbeddedServer,
    readonly store: Store,
    readonly clock: MortalClock,
    readonly partitions: number,
    /** What the server does: turns, commits, reads. */
    readonly node: Activity,
    /** The same, and what handlers do. */
    readonly everything: Activity,
  ) {}

  static async open(remains: Remains, { endpoint, settings, traps }: WorldOptions): Promise<World> {
    const everything = new Activity();
    const node = new Activity(everything);
    const { data, virtualNow, ingress, admin } = remains;
    const clock = virtualNow === null ? new RealClock(node) : new TestClock(virtualNow, node);
    const config = loadConfig({
      flags: {
        "log-level": "error",
        ...settings,
        "ingress.bind-address": ingress,
        "admin.bind-address": admin,
      },
    });
    const store = data instanceof MemoryStore ? data : await openSqliteStore(data);
    const server = await openEmbeddedServer({
      config,
      handlers: endpoint,
      allowsBreakingChanges: true,
      store: watchStore(store, node),
      clock,
      wrapInvoker: (invoker) => watchInvoker(invoker, everything, traps),
      opensIngress: true,
      opensAdmin: true,
    });
    return new World(server, store, clock, config.worker.numPartitions, node, everything);
  }

  /** When the next sleep, delay or retry ends; Infinity for never, and for whoever is killed meanwhile. */
  async nextDue(clock: TestClock): Promise<number> {
    try {
      const firsts = Array.from({ length: this.partitions }, (_, partition) =>
        this.store.timers(partition, Number.MAX_SAFE_INTEGER, 1),
      );
      const timers = (await Promise.all(firsts)).flat();
      return Math.min(clock.nextDue, ...timers.map(({ at }) => at));
    } catch (error) {
      if (this.#isDead) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /** As kill -9 would: what is not durable is lost. */
  async kill(data: Remains["data"]): Promise<Remains> {
    this.#isDead = true;
    this.clock.forget();
    const left = data instanceof MemoryStore ? data.crash() : data;
    await this.server.abandon();
    if (!(data instanceof MemoryStore)) await this.store.close();
    // Whoever waits for something to happen here must look up.
    this.everything.enter();
    this.everything.leave();
    return {
      data: left,
      virtualNow: this.clock instanceof TestClock ? this.clock.now() : null,
      ingress: this.server.ingressAddress ?? ANY_PORT,
      admin: this.server.adminAddress ?? ANY_PORT,
    };
  }
}

export const ANY_PORT = "127.0.0.1:0";
