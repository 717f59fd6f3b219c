/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls back once when the time is over; longer than a timer can wait is in steps. */
export class Deadline {
  #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, onOver: () => void) {
    this.#timer = this.#wait(timeoutMs, onOver);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #wait(timeoutMs: number, onOver: () => void): NodeJS.Timeout {
    const step = Math.min(timeoutMs, MAX_TIMER_MS);
    return setTimeout(() => {
      if (step === timeoutMs) onOver();
      else this.#timer = this.#wait(timeoutMs - step, onOver);
    }, step);
  }
}
