import type { Clock } from "@pawl/server/embedded";
import type { Activity } from "./activity.js";

interface Timeout {
  readonly at: number;
  readonly run: () => void;
  readonly isUpkeep: boolean;
}

/** The clock of one life of the server. */
export interface MortalClock extends Clock {
  /** The process dies: whatever was to run never does. */
  forget(): void;
}

/** Time that stands still until somebody moves it. What was deferred runs in the next turn of the event loop. */
export class TestClock implements MortalClock {
  readonly #activity: Activity;
  readonly #timeouts = new Set<Timeout>();
  #now: number;
  #isForgotten = false;

  /** @param start unix milliseconds */
  constructor(start: number, activity: Activity) {
    this.#now = start;
    this.#activity = activity;
  }

  now(): number {
    return this.#now;
  }

  defer(run: () => void): void {
    this.#activity.enter();
    setImmediate(() => {
      try {
        if (!this.#isForgotten) run();
      } finally {
        this.#activity.leave();
      }
    });
  }

  after(ms: number, run: () => void, isUpkeep = false): () => void {
    const timeout = { at: this.#now + Math.max(0, ms), run, isUpkeep };
    this.#timeouts.add(timeout);
    return () => this.#timeouts.delete(timeout);
  }

  /** When the next thing is due that somebody waits for; Infinity for never. */
  get nextDue(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at, isUpkeep } of this.#timeouts) if (!isUpkeep && at < next) next = at;
    return next;
  }

  /** Goes to a moment and runs what is due by then, in the order of time. */
  moveTo(moment: number): void {
    this.#now = Math.max(this.#now, moment);
    const due = [...this.#timeouts].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timeout of due) {
      // One of them may have taken another one back.
      if (this.#timeouts.delete(timeout)) timeout.run();
    }
  }

  forget(): void {
    this.#isForgotten = true;
    this.#timeouts.clear();
  }
}
