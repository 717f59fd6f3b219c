import type { Clock } from "../node/clock.js";

interface Timeout {
  readonly at: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Time that stands still until the simulation moves it. */
export class VirtualClock implements Clock {
  #now: number;
  #timeouts: Timeout[] = [];
  #deferred: (() => void)[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  defer(run: () => void): void {
    this.#deferred.push(run);
  }

  after(ms: number, run: () => void): () => void {
    const timeout = { at: this.#now + Math.max(0, ms), run, isCancelled: false };
    this.#timeouts.push(timeout);
    return () => {
      timeout.isCancelled = true;
    };
  }

  get hasDeferred(): boolean {
    return this.#deferred.length > 0;
  }

  runDeferred(): void {
    for (const run of this.#deferred.splice(0)) run();
  }

  /** Goes to the next timeout and runs it. @returns false when there is none at or before `limit` */
  advance(limit = Number.POSITIVE_INFINITY): boolean {
    this.#timeouts = this.#timeouts.filter((t) => !t.isCancelled);
    let next: Timeout | undefined;
    for (const t of this.#timeouts) if (next === undefined || t.at < next.at) next = t;
    if (next === undefined || next.at > limit) return false;
    this.#now = Math.max(this.#now, next.at);
    next.isCancelled = true;
    next.run();
    return true;
  }

  /** A crash: whatever was to run never does. */
  forget(): void {
    for (const t of this.#timeouts) t.isCancelled = true;
    this.#timeouts = [];
    this.#deferred = [];
  }
}
