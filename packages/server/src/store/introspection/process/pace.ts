/** However busy everything is, queries get this part of a core's time. */
const LEAST_SHARE = 0.02;

/**
 * How much of the machine queries may use when many of them follow each other: next to nothing on a busy one, a sixteenth of
 * a core on a half-busy one, as much as they like on an idle one. The lowest priority alone is not enough: what runs in the
 * gaps between invocations still takes caches, memory bandwidth and half of a core with two threads from them
 * (bench/QUERIES.md).
 */
export class Pace {
  readonly #restLimitMs: number;
  readonly #clock: () => number;
  #restsUntil = 0;

  /**
   * @param restLimitMs no query waits longer because of those before it
   * @param clock milliseconds, ascending
   */
  constructor(restLimitMs: number, clock: () => number = () => performance.now()) {
    this.#restLimitMs = restLimitMs;
    this.#clock = clock;
  }

  /** Milliseconds until the next query may begin; 0: now. */
  get restMs(): number {
    return Math.max(0, this.#restsUntil - this.#clock());
  }

  /**
   * A query was answered.
   * @param cpuMs the time that it took of a core
   * @param busy the part of the time that there was something to disturb meanwhile, 0 to 1
   */
  took(cpuMs: number, busy: number): void {
    const share = Math.max(LEAST_SHARE, (1 - busy) ** 4);
    const rest = cpuMs * (1 / share - 1);
    this.#restsUntil = this.#clock() + Math.min(this.restMs + rest, this.#restLimitMs);
  }
}
