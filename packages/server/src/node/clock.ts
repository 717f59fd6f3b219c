/** Time and scheduling, so that the simulation can bring its own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs after what has arrived by now was taken in: once per turn of the event loop. */
  defer(run: () => void): void;
  /**
   * Runs once after `ms`; the result takes it back.
   * @param isUpkeep nobody waits for it: a clock that skips idle time need not stop there
   */
  after(ms: number, run: () => void, isUpkeep?: boolean): () => void;
}

/** Longer timeouts overflow in Node and fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  defer: (run) => {
    setImmediate(run);
  },
  after: (ms, run) => {
    const timeout = setTimeout(run, Math.min(Math.max(ms, 0), MAX_TIMEOUT_MS));
    return () => clearTimeout(timeout);
  },
};
