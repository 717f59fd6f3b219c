import type { Activity } from "./activity.js";
import type { MortalClock } from "./test-clock.js";

/** Longer timeouts overflow in Node and fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The system's time, for one life of the server. */
export class RealClock implements MortalClock {
  readonly #activity: Activity;
  readonly #timeouts = new Set<NodeJS.Timeout>();
  #isForgotten = false;

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  now(): number {
    return Date.now();
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

  after(ms: number, run: () => void): () => void {
    const timeout = setTimeout(
      () => {
        this.#timeouts.delete(timeout);
        run();
      },
      Math.min(Math.max(ms, 0), MAX_TIMEOUT_MS),
    );
    this.#timeouts.add(timeout);
    return () => {
      clearTimeout(timeout);
      this.#timeouts.delete(timeout);
    };
  }

  forget(): void {
    this.#isForgotten = true;
    for (const timeout of this.#timeouts) clearTimeout(timeout);
    this.#timeouts.clear();
  }
}
