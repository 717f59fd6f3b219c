import { StoreError } from "../errors.js";
import type {
  Batch,
  InvocationRow,
  JournalEventRow,
  Loaded,
  LoadRequest,
  Recovered,
  Store,
  TimerRow,
} from "../store.js";
import { copy } from "./copy.js";
import * as queries from "./queries.js";
import { Tables } from "./tables.js";

export interface MemoryStoreOptions {
  /** Whether a commit becomes durable by itself, in a microtask (the default), or by `flushNext`. */
  readonly autoCommit?: boolean;
}

interface PendingCommit {
  readonly batch: Batch;
  resolve(): void;
  reject(error: StoreError): void;
}

/**
 * The store for simulations: it behaves as the one on disk does, and nothing in it depends on time or chance. "Durable" is
 * what survives `crash`.
 */
export class MemoryStore implements Store {
  readonly #autoCommit: boolean;
  #tables: Tables;
  #pending: PendingCommit[] = [];
  #failure: StoreError | undefined;
  #closed: (() => void) | undefined;

  constructor({ autoCommit = true }: MemoryStoreOptions = {}, tables = new Tables()) {
    this.#autoCommit = autoCommit;
    this.#tables = tables;
  }

  /** How many commits are not durable yet. */
  get pending(): number {
    return this.#pending.length;
  }

  async commit(batch: Batch): Promise<void> {
    this.#assertOpen();
    const durable = new Promise<void>((resolve, reject) => {
      this.#pending.push({ batch: copy(batch), resolve, reject });
    });
    if (this.#autoCommit) queueMicrotask(() => this.flushNext());
    await durable;
  }

  /** Makes the oldest pending commit durable and resolves it. @returns whether there was one */
  flushNext(): boolean {
    const next = this.#pending.shift();
    if (next === undefined) return false;
    try {
      this.#tables.apply(next.batch);
      next.resolve();
    } catch (error) {
      this.#fail(error as StoreError, next);
    }
    if (this.#pending.length === 0) this.#closed?.();
    return true;
  }

  /**
   * The process dies: a new store has what was durable. Pending commits never settle, as nobody is left who could be told,
   * and this store takes no more calls.
   */
  crash(): MemoryStore {
    this.#pending = [];
    this.#failure ??= new StoreError("closed", "The store in memory has crashed.");
    const tables = this.#tables;
    this.#tables = new Tables();
    return new MemoryStore({ autoCommit: this.#autoCommit }, tables);
  }

  /** Durable invocations, for whoever checks them. The rows are the store's own: read only. */
  durableInvocations(which: (row: InvocationRow) => boolean): InvocationRow[] {
    return [...this.#tables.invocations.values()].filter(which);
  }

  async recover(): Promise<Recovered> {
    this.#assertOpen();
    return queries.recover(this.#tables);
  }

  async load(request: LoadRequest): Promise<Loaded> {
    this.#assertOpen();
    return queries.load(this.#tables, request);
  }

  async timers(partition: number, until: number, limit: number, after?: TimerRow): Promise<TimerRow[]> {
    this.#assertOpen();
    return queries.timers(this.#tables, partition, until, limit, after);
  }

  async journalEvents(num: number): Promise<JournalEventRow[]> {
    this.#assertOpen();
    return queries.journalEvents(this.#tables, num);
  }

  async expired(partition: number, now: number, limit: number): Promise<InvocationRow[]> {
    this.#assertOpen();
    return queries.expired(this.#tables, partition, now, limit);
  }

  /** Waits for pending commits. Without `autoCommit` somebody has to flush them. */
  async close(): Promise<void> {
    this.#failure ??= new StoreError("closed", "The store is closed.");
    if (this.#pending.length > 0) {
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
    }
  }

  /** Nothing may follow a batch that is missing. */
  #fail(error: StoreError, failed: PendingCommit): void {
    this.#failure ??= error;
    for (const { reject } of [failed, ...this.#pending.splice(0)]) reject(error);
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
