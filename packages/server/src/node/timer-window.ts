import type { Store, TimerRow } from "../store/store.js";
import type { TimerQueue } from "./timers.js";

/** Timers due within this time are in memory; later ones are only in the store. */
const WINDOW_MS = 60_000;
/** How often the window is moved on. */
export const WINDOW_STEP_MS = 30_000;
const TIMERS_PER_READ = 10_000;

/** Brings timers from the store into memory when they come near. Each is brought in once. */
export class TimerWindow {
  /** Every timer due until here is, or was, in memory. */
  #loadedUntil = 0;
  /** While the window is moved: where to. */
  #target = 0;
  /** Timers set while the window is moved, due in the part that is being read. */
  readonly #meanwhile = new Map<string, TimerRow>();

  constructor(
    readonly store: Store,
    readonly partitions: number,
    readonly queue: TimerQueue,
  ) {}

  /** A timer was set in this process. */
  set(timer: TimerRow): void {
    if (timer.at <= this.#loadedUntil) this.queue.addRow(timer);
    else if (timer.at <= this.#target) this.#meanwhile.set(nameOf(timer), timer);
  }

  /**
   * @param whenDurable resolves when all that was submitted so far is durable: what was set before this and is not in
   * memory can then be read
   */
  async move(now: number, whenDurable: () => Promise<void>): Promise<void> {
    const from = this.#loadedUntil;
    const until = Math.max(now + WINDOW_MS, from);
    this.#target = until;
    await whenDurable();
    const found = new Map<string, TimerRow>();
    for (let partition = 0; partition < this.partitions; partition++) {
      await this.#read(partition, from, until, found);
    }
    for (const [name, timer] of this.#meanwhile) found.set(name, timer);
    this.#meanwhile.clear();
    this.#loadedUntil = until;
    for (const timer of found.values()) this.queue.addRow(timer);
  }

  async #read(partition: number, from: number, until: number, found: Map<string, TimerRow>): Promise<void> {
    let after: TimerRow = { partition, at: from, num: Number.MAX_SAFE_INTEGER, completionId: 0 };
    for (;;) {
      const rows = await this.store.timers(partition, until, TIMERS_PER_READ, after);
      for (const row of rows) found.set(nameOf(row), row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < TIMERS_PER_READ) return;
      after = last;
    }
  }
}

function nameOf({ num, completionId }: TimerRow): string {
  return `${num}/${completionId}`;
}
