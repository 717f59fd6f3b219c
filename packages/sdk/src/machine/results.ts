import type { NotificationResult } from "@pawl/protocol";
import type { Handle } from "./awaiting.js";

interface Queued {
  readonly handle: Handle;
  readonly result: NotificationResult;
}

/**
 * Async results on their way to user code.
 *
 * Notifications wait in a queue in journal order and are looked at one by one, only when user code awaits something that
 * is not there yet. What was looked at lies in `ready` until it is taken. That makes the outcome of a race depend on the
 * journal alone, on the first execution and on every replay.
 */
export class AsyncResults {
  readonly #queue: Queued[] = [];
  #head = 0;
  readonly #ready = new Map<Handle, NotificationResult>();
  /** A name may be signalled again before the first one is taken; each one counts. */
  readonly #readyAgain = new Map<Handle, NotificationResult[]>();

  enqueue(handle: Handle, result: NotificationResult): void {
    this.#queue.push({ handle, result });
  }

  /** Moves the next notification from the queue to the ready ones. @returns its handle; undefined if none waits */
  advance(): Handle | undefined {
    const next = this.#queue[this.#head];
    if (next === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    this.setReady(next.handle, next.result);
    return next.handle;
  }

  setReady(handle: Handle, result: NotificationResult): void {
    if (typeof handle === "string" && this.#ready.has(handle)) {
      const more = this.#readyAgain.get(handle);
      if (more === undefined) this.#readyAgain.set(handle, [result]);
      else more.push(result);
      return;
    }
    this.#ready.set(handle, result);
  }

  isReady(handle: Handle): boolean {
    return this.#ready.has(handle);
  }

  peek(handle: Handle): NotificationResult | undefined {
    return this.#ready.get(handle);
  }

  take(handle: Handle): NotificationResult | undefined {
    const result = this.#ready.get(handle);
    if (result === undefined) return undefined;
    const next = this.#readyAgain.get(handle)?.shift();
    if (next === undefined) this.#ready.delete(handle);
    else this.#ready.set(handle, next);
    return result;
  }

  /**
   * True if the result is known, looked at or not. Breaks the order of the journal: only good for the question whether
   * the closure of a `run` must be executed.
   */
  isKnown(handle: Handle): boolean {
    if (this.#ready.has(handle)) return true;
    for (let i = this.#head; i < this.#queue.length; i++) if (this.#queue[i]!.handle === handle) return true;
    return false;
  }
}
