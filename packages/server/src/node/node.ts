import type { Invoker } from "../invoker/invoker.js";
import type { Command, Effect } from "../partition/commands.js";
import { Core, type NumberedLoadRequest, reservedNumbersId, type TakenTurn } from "../partition/core.js";
import type { Env } from "../partition/partition.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { DocumentRow, Store } from "../store/store.js";
import { type Clock, systemClock } from "./clock.js";
import { Dispatcher } from "./dispatcher.js";
import { IdSource } from "./ids.js";
import type { Runtime } from "./runtime.js";
import { TimerQueue } from "./timers.js";

export interface NodeOptions {
  readonly store: Store;
  readonly registry: SchemaRegistry;
  readonly invoker: Invoker;
  /** Fixed for the life of the data. */
  readonly partitions: number;
  readonly concurrentInvocationsLimit: number;
  readonly cleanupIntervalMs: number;
  /** The store failed: nothing can be promised any more. */
  readonly onFatal: (error: unknown) => void;
  /** For the simulation. */
  readonly clock?: Clock;
  /** Fills with random bytes; for the simulation. */
  readonly random?: (bytes: Uint8Array) => void;
}

/** Timers due within this time are in memory; later ones are only in the store. */
const TIMER_WINDOW_MS = 60_000;
/** The window is moved on this often, by as much. Less than the window, so that no fresh timer falls between. */
const TIMER_STEP_MS = 30_000;
const TIMERS_PER_READ = 10_000;
const EXPIRED_PER_READ = 1_000;

/**
 * The loop around the core: commands of one turn of the event loop become one batch; effects run when it is durable, while
 * the next batch fills.
 */
export class Node implements Runtime {
  readonly registry: SchemaRegistry;
  readonly #store: Store;
  readonly #core: Core;
  readonly #dispatcher: Dispatcher;
  readonly #timers: TimerQueue;
  readonly #ids: IdSource;
  readonly #clock: Clock;
  readonly #onFatal: (error: unknown) => void;
  readonly #partitions: number;
  readonly #env: { now: number } & Env;
  #queue: Command[] = [];
  #isTurnScheduled = false;
  #isCommitting = false;
  #timersLoadedUntil = 0;
  #documentsSaved: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #isClosed = false;
  #failure: unknown;

  private constructor(options: NodeOptions, documents: readonly DocumentRow[]) {
    this.registry = options.registry;
    this.#store = options.store;
    this.#clock = options.clock ?? systemClock;
    this.#ids = new IdSource(options.random);
    this.#partitions = options.partitions;
    this.#onFatal = options.onFatal;
    this.#env = {
      now: this.#clock.now(),
      newInvocationId: (key, caller) => this.#ids.next(this.#env.now, key, caller),
    };
    this.#core = new Core({
      partitions: options.partitions,
      registry: options.registry,
      reserved: reservedNumbers(documents, options.partitions),
      env: this.#env,
    });
    this.#dispatcher = new Dispatcher(
      options.registry,
      options.invoker,
      options.concurrentInvocationsLimit,
      (command) => this.submit(command),
    );
    this.#timers = new TimerQueue(this.#clock, (commands) => {
      for (const command of commands) this.submit(command);
    });
  }

  /** Reads what was under way and takes it up. */
  static async open(options: NodeOptions): Promise<Node> {
    const recovered = await options.store.recover();
    options.registry.load(recovered.documents);
    const node = new Node(options, recovered.documents);
    node.#env.now = node.#clock.now();
    node.#core.recover(recovered, node.#env);
    await node.#loadTimers();
    node.#every(TIMER_STEP_MS, () => node.#loadTimers());
    node.#every(options.cleanupIntervalMs, () => node.#clean());
    node.#turn();
    return node;
  }

  get now(): number {
    return this.#clock.now();
  }

  submit(command: Command): void {
    this.#queue.push(command);
    this.#schedule();
  }

  newInvocationId(key: string | null): string {
    return this.#ids.next(this.#clock.now(), key, null);
  }

  saveDocuments(
    puts: readonly DocumentRow[],
    deletes: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[] = [],
  ): Promise<void> {
    for (const { kind, id } of deletes) this.#core.batch.deleteDocument(kind, id);
    for (const row of puts) this.#core.batch.putDocument(row);
    return new Promise((resolve) => {
      this.#documentsSaved.push(resolve);
      this.#schedule();
    });
  }

  /** Stops timers, waits until all that was submitted is durable. The store and the invoker are the caller's. */
  async close(): Promise<void> {
    this.#timers.close();
    this.#isClosed = true;
    if (this.#failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    this.#clock.defer(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnScheduled = false;
    if (this.#failure !== undefined) return;
    const commands = this.#queue;
    this.#queue = [];
    this.#env.now = this.#clock.now();
    for (const command of commands) this.#core.submit(command, this.#env);
    this.#settle();
    this.#commit();
  };

  /** Hints, attempts that may begin, loads: everything that a turn does before its commit. */
  #settle(): void {
    for (;;) {
      for (const hint of this.#core.takeHints()) {
        if (hint.kind === "ready") this.#dispatcher.ready(hint.num);
        else if (hint.kind === "retry") {
          this.#timers.add(hint.at, { kind: "retry", num: hint.num, epoch: hint.epoch });
        } else if (hint.timer.at <= this.#timersLoadedUntil + TIMER_STEP_MS) this.#timers.addRow(hint.timer);
      }
      const num = this.#dispatcher.nextToBegin();
      if (num === undefined) break;
      this.#core.submit({ kind: "begin", num }, this.#env);
    }
    for (const effect of this.#core.takeEarlyEffects()) this.#carryOut(effect);
    if (this.#core.hasNeeds) this.#load(this.#core.takeNeeds());
  }

  #load(request: NumberedLoadRequest): void {
    this.#store.load(request).then((loaded) => {
      this.#env.now = this.#clock.now();
      this.#core.installLoaded(request, loaded, this.#env);
      this.#schedule();
    }, this.#fail);
  }

  #commit(): void {
    if (this.#isCommitting) return;
    const turn = this.#core.takeTurn();
    const saved = this.#documentsSaved;
    if (saved.length > 0) this.#documentsSaved = [];
    if (turn.batch === null) {
      this.#durable(turn, saved);
      if (this.#idle.length > 0 && this.#queue.length === 0)
        for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#isCommitting = true;
    this.#store.commit(turn.batch.batch).then(() => {
      this.#isCommitting = false;
      if (turn.batch !== null) this.#core.committed(turn.batch);
      this.#durable(turn, saved);
      // What came in meanwhile is the next batch.
      this.#turn();
    }, this.#fail);
  }

  #durable(turn: TakenTurn, saved: readonly (() => void)[]): void {
    for (const effect of turn.effects) this.#carryOut(effect);
    for (const resolve of saved) resolve();
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case "respond":
        effect.responder.respond(effect.response);
        return;
      case "start":
        this.#dispatcher.start(effect.start);
        return;
      case "frame":
        this.#dispatcher.frame(effect);
        return;
      case "end":
        this.#dispatcher.end(effect);
        // A slot is free.
        this.#schedule();
        return;
    }
  }

  async #loadTimers(): Promise<void> {
    const until = Math.max(this.#clock.now() + TIMER_WINDOW_MS, this.#timersLoadedUntil + TIMER_STEP_MS);
    for (const { number } of this.#core.partitions) {
      let rows = await this.#store.timers(number, until, TIMERS_PER_READ);
      for (;;) {
        for (const row of rows) this.#timers.addRow(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < TIMERS_PER_READ) break;
        rows = await this.#store.timers(number, until, TIMERS_PER_READ, last);
      }
    }
    this.#timersLoadedUntil = until;
  }

  /** Removes what is past its retention, a page at a time. */
  async #clean(): Promise<void> {
    for (let partition = 0; partition < this.#partitions; partition++) {
      for (;;) {
        const rows = await this.#store.expired(partition, this.#clock.now(), EXPIRED_PER_READ);
        for (const { num } of rows) this.submit({ kind: "expire", num });
        if (rows.length < EXPIRED_PER_READ || this.#isClosed) break;
        // The next page is another one only when these are gone.
        await this.saveDocuments([]);
      }
    }
  }

  #every(ms: number, run: () => Promise<void>): void {
    this.#clock.after(ms, () => {
      if (this.#isClosed || this.#failure !== undefined) return;
      run().then(() => this.#every(ms, run), this.#fail);
    });
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const resolve of this.#idle.splice(0)) resolve();
    this.#onFatal(error);
  };
}

function reservedNumbers(documents: readonly DocumentRow[], partitions: number): number[] {
  const reserved: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const document = documents.find((d) => d.kind === "meta" && d.id === reservedNumbersId(partition));
    if (document !== undefined) reserved[partition] = Number(document.json);
  }
  return reserved;
}
