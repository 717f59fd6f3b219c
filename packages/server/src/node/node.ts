import type { Invoker } from "../invoker/invoker.js";
import type { Command, Effect } from "../partition/commands.js";
import { Core, type NumberedLoadRequest, reservedNumbersId, type TakenTurn } from "../partition/core.js";
import type { Limits } from "../partition/limits.js";
import type { Env } from "../partition/partition.js";
import type { AttemptSnapshot } from "../store/introspection/introspection.js";
import type { Batch, DocumentRow, Store } from "../store/store.js";
import { attemptSnapshots } from "./attempt-snapshots.js";
import { type Clock, systemClock } from "./clock.js";
import { Dispatcher } from "./dispatcher.js";
import { IdSource } from "./ids.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Observer } from "./observer.js";
import type { NodeRegistry } from "./registry.js";
import { TimerWindow, WINDOW_STEP_MS } from "./timer-window.js";
import { TimerQueue } from "./timers.js";

export interface NodeOptions {
  readonly store: Store;
  readonly registry: NodeRegistry;
  readonly invoker: Invoker;
  /** For a new store; what is stored has the number that it began with. */
  readonly partitions: number;
  readonly concurrentInvocationsLimit: number;
  readonly cleanupIntervalMs: number;
  /** Default: those of a server without a configuration. */
  readonly limits?: Limits;
  /** The store failed: nothing can be promised any more. */
  readonly onFatal: (error: unknown) => void;
  /** For log, metrics and traces. Default: nobody watches. */
  readonly observer?: Observer;
  /** The trace context of an invocation that another one calls. Default: its caller's. */
  readonly traceparentOf?: Env["traceparentOf"];
  /** For the simulation. */
  readonly clock?: Clock;
  /** Fills with random bytes; for the simulation. */
  readonly random?: (bytes: Uint8Array) => void;
}

const EXPIRED_PER_READ = 1_000;
/** Ids are spread over the partitions by their hash: with another number, nothing would be found again. */
const PARTITIONS_ID = "partitions";
const NOBODY: readonly Waiting[] = [];

export type QueueLengths = Readonly<Record<"ready" | "running" | "inbox" | "timers", number>>;

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * The loop around the core: commands of one turn of the event loop become one batch; effects run when it is durable, while
 * the next batch fills.
 */
export class Node {
  readonly #store: Store;
  readonly #core: Core;
  readonly #registry: NodeRegistry;
  readonly #dispatcher: Dispatcher;
  readonly #timers: TimerQueue;
  readonly #window: TimerWindow;
  readonly #ids: IdSource;
  readonly #clock: Clock;
  readonly #onFatal: (error: unknown) => void;
  readonly #observer: Observer | null;
  readonly #partitions: number;
  readonly #env: { now: number } & Env;
  #queue: Command[] = [];
  #isTurnScheduled = false;
  #isCommitting = false;
  readonly #documentsSaved: Waiting[] = [];
  readonly #idle: (() => void)[] = [];
  #isClosed = false;
  readonly #cancelPeriodic = new Map<string, () => void>();
  #failure: unknown;

  private constructor(options: NodeOptions, documents: readonly DocumentRow[]) {
    this.#store = options.store;
    this.#registry = options.registry;
    this.#clock = options.clock ?? systemClock;
    this.#ids = new IdSource(options.random);
    const stored = documents.find((d) => d.kind === "meta" && d.id === PARTITIONS_ID);
    this.#partitions = stored === undefined ? options.partitions : Number(stored.json);
    this.#onFatal = options.onFatal;
    this.#observer = options.observer ?? null;
    this.#env = {
      now: this.#clock.now(),
      newInvocationId: (key, caller) => this.#ids.next(this.#env.now, key, caller),
      traceparentOf: options.traceparentOf ?? (({ traceparent }) => traceparent),
    };
    this.#core = new Core({
      partitions: this.#partitions,
      registry: options.registry,
      reserved: reservedNumbers(documents, this.#partitions),
      limits: options.limits ?? DEFAULT_LIMITS,
      env: this.#env,
    });
    this.#dispatcher = new Dispatcher(
      options.registry,
      options.invoker,
      options.concurrentInvocationsLimit,
      (command) => this.submit(command),
      this.#clock,
      this.#observer,
    );
    this.#timers = new TimerQueue(this.#clock, (commands) => {
      for (const command of commands) this.submit(command);
    });
    this.#window = new TimerWindow(options.store, this.#partitions, this.#timers);
    if (stored === undefined) {
      this.#core.batch.putDocument({ kind: "meta", id: PARTITIONS_ID, json: String(this.#partitions) });
    }
  }

  /** Reads what was under way and takes it up. */
  static async open(options: NodeOptions): Promise<Node> {
    const recovered = await options.store.recover();
    options.registry.load(recovered.documents);
    const node = new Node(options, recovered.documents);
    node.#env.now = node.#clock.now();
    node.#core.recover(recovered, node.#env);
    const window = node.#window.move(node.#clock.now(), async () => {});
    // Timers of what was recovered are set while the window is read: they are seen either way.
    node.#settle();
    await window;
    node.#periodically("timers", WINDOW_STEP_MS, () =>
      node.#window.move(node.#clock.now(), () => node.saveDocuments([])),
    );
    node.#periodically("cleaner", options.cleanupIntervalMs, () => node.#clean());
    node.#turn();
    return node;
  }

  /** What waits or runs, in memory. */
  get queueLengths(): QueueLengths {
    let inbox = 0;
    for (const { keys } of this.#core.partitions) {
      for (const { queue } of keys.values()) inbox += Math.max(queue.length - 1, 0);
    }
    const { waiting: ready, running } = this.#dispatcher;
    return { ready, running, inbox, timers: this.#timers.length };
  }

  get partitions(): number {
    return this.#partitions;
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

  /** What is known of the attempts of invocations, for introspection. */
  attempts(): AttemptSnapshot[] {
    return attemptSnapshots(this.#core.partitions, this.#registry);
  }

  saveDocuments(
    puts: readonly DocumentRow[],
    deletes: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[] = [],
  ): Promise<void> {
    for (const { kind, id } of deletes) this.#core.batch.deleteDocument(kind, id);
    for (const row of puts) this.#core.batch.putDocument(row);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#documentsSaved.push({ resolve, reject });
      this.#schedule();
    });
  }

  /** Stops timers, waits until all that was submitted is durable. The store and the invoker are the caller's. */
  async close(): Promise<void> {
    this.#timers.close();
    this.#isClosed = true;
    for (const cancel of this.#cancelPeriodic.values()) cancel();
    if (this.#failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
    this.#dispatcher.close();
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
        } else if (hint.kind === "failure") this.#observer?.attemptFailed(hint);
        else this.#window.set(hint.timer);
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
    const saved = this.#documentsSaved.length === 0 ? NOBODY : this.#documentsSaved.splice(0);
    if (turn.batch === null) {
      this.#durable(turn, saved);
      if (this.#idle.length > 0 && this.#queue.length === 0)
        for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#isCommitting = true;
    const { batch } = turn.batch;
    const startedAt = this.#observer === null ? 0 : performance.now();
    this.#store.commit(batch).then(
      () => {
        this.#isCommitting = false;
        this.#observer?.committed(performance.now() - startedAt, rowsOf(batch));
        if (turn.batch !== null) this.#core.committed(turn.batch);
        this.#durable(turn, saved);
        // What came in meanwhile is the next batch.
        this.#turn();
      },
      (error: unknown) => {
        for (const { reject } of saved) reject(error);
        this.#fail(error);
      },
    );
  }

  #durable(turn: TakenTurn, saved: readonly Waiting[]): void {
    for (const effect of turn.effects) this.#carryOut(effect);
    for (const { resolve } of saved) resolve();
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case "respond":
        effect.responder.respond(effect.response);
        return;
      case "lifecycle":
        this.#observer?.became(effect.event, effect.invocation);
        return;
      case "start":
        this.#dispatcher.start(effect.start);
        return;
      case "frame":
        this.#dispatcher.frame(effect);
        return;
      case "askToSuspend":
        this.#dispatcher.askToSuspend(effect);
        return;
      case "end":
        this.#dispatcher.end(effect);
        // A slot is free.
        this.#schedule();
        return;
    }
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

  #periodically(name: string, ms: number, run: () => Promise<void>): void {
    const again = (): void => {
      if (this.#isClosed || this.#failure !== undefined) return;
      run().then(() => this.#periodically(name, ms, run), this.#fail);
    };
    const cancel = this.#clock.after(ms, again, true);
    this.#cancelPeriodic.set(name, cancel);
  }

  readonly #fail = (error: unknown): void => {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#documentsSaved.splice(0)) reject(error);
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

function rowsOf(batch: Batch): number {
  let rows = 0;
  for (const table in batch) rows += batch[table as keyof Batch].length;
  return rows;
}
