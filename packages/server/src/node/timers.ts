import type { Command } from "../partition/commands.js";
import type { TimerRow } from "../store/store.js";
import type { Clock } from "./clock.js";

interface Entry {
  readonly at: number;
  readonly command: Command;
}

/** A heap by due time, with one timeout for the soonest. */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #cancel: (() => void) | undefined;
  #timeoutAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(
    readonly clock: Clock,
    readonly due: (commands: readonly Command[]) => void,
  ) {}

  get length(): number {
    return this.#heap.length;
  }

  addRow(timer: TimerRow): void {
    this.add(timer.at, { kind: "timer", timer });
  }

  add(at: number, command: Command): void {
    const heap = this.#heap;
    let i = heap.length;
    const entry = { at, command };
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as Entry).at <= at) break;
      heap[i] = heap[parent] as Entry;
      i = parent;
    }
    heap[i] = entry;
    if (at < this.#timeoutAt) this.#arm();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const head = this.#heap[0];
    if (head === undefined || this.#isClosed) {
      this.#timeoutAt = Number.POSITIVE_INFINITY;
      return;
    }
    this.#timeoutAt = head.at;
    this.#cancel = this.clock.after(head.at - this.clock.now(), () => this.#fire());
  }

  #fire(): void {
    const now = this.clock.now();
    const commands: Command[] = [];
    for (let head = this.#heap[0]; head !== undefined && head.at <= now; head = this.#heap[0]) {
      this.#pop();
      commands.push(head.command);
    }
    this.#arm();
    if (commands.length > 0) this.due(commands);
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    const length = heap.length;
    if (length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      if (child + 1 < length && (heap[child + 1] as Entry).at < (heap[child] as Entry).at) child++;
      if ((heap[child] as Entry).at >= last.at) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = last;
  }
}
