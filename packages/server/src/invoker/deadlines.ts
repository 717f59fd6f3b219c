/** How often the wheel looks: no deadline is met earlier, most are met this much later. */
const TICK_MS = 20;
/** Deadlines beyond one turn of the wheel (5 s) are looked at once a turn until theirs has come. */
const SLOTS = 256;

/**
 * Something that happens at a time unless it is put off or cleared. Extend it: there is no closure per deadline.
 * The links belong to `Deadlines`.
 */
export abstract class Deadline {
  /** On the clock of `performance.now()`. */
  dueAt = 0;
  /** The tick at which the wheel looks at it; -1 when it is not on the wheel. */
  tick = -1;
  before: Deadline | null = null;
  after: Deadline | null = null;

  /** The time has come. It is off the wheel and may be set again. */
  abstract onDue(): void;
}

/**
 * Thousands of deadlines with one timer: a hashed wheel. Putting a deadline off, which every frame does, writes a number
 * and moves nothing; the wheel finds out when it comes by.
 */
export class Deadlines {
  readonly #slots: (Deadline | null)[] = new Array(SLOTS).fill(null);
  #tick = 0;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Starts a deadline, or moves one that runs. */
  set(deadline: Deadline, delayMs: number): void {
    deadline.dueAt = performance.now() + delayMs;
    if (deadline.tick >= 0) {
      if (deadline.tick * TICK_MS <= deadline.dueAt) return;
      this.#unlink(deadline);
    }
    this.#link(deadline);
  }

  /** Moves a deadline that runs to a later time. */
  putOff(deadline: Deadline, delayMs: number): void {
    deadline.dueAt = performance.now() + delayMs;
  }

  clear(deadline: Deadline): void {
    if (deadline.tick >= 0) this.#unlink(deadline);
  }

  /** Forgets all deadlines. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (let i = 0; i < SLOTS; i++) {
      for (let d = this.#slots[i]!; d !== null; d = this.#slots[i]!) this.#unlink(d);
    }
  }

  #link(deadline: Deadline): void {
    if (this.#timer === undefined) this.#start();
    const due = Math.ceil(deadline.dueAt / TICK_MS);
    const tick = Math.min(Math.max(due, this.#tick + 1), this.#tick + SLOTS - 1);
    const slot = tick % SLOTS;
    const head = this.#slots[slot]!;
    deadline.tick = tick;
    deadline.after = head;
    if (head !== null) head.before = deadline;
    this.#slots[slot] = deadline;
    this.#count++;
  }

  #unlink(deadline: Deadline): void {
    const { before, after } = deadline;
    if (before === null) this.#slots[deadline.tick % SLOTS] = after;
    else before.after = after;
    if (after !== null) after.before = before;
    deadline.before = deadline.after = null;
    deadline.tick = -1;
    this.#count--;
  }

  #start(): void {
    this.#tick = Math.floor(performance.now() / TICK_MS);
    this.#timer = setInterval(() => this.#turn(), TICK_MS);
    // Sockets keep a process alive, not the deadlines on them.
    this.#timer.unref();
  }

  #turn(): void {
    const now = performance.now();
    const target = Math.floor(now / TICK_MS);
    // After a long stall every slot is looked at once.
    this.#tick = Math.max(this.#tick, target - SLOTS);
    while (this.#tick < target) {
      this.#tick++;
      const slot = this.#tick % SLOTS;
      for (let d = this.#slots[slot]!; d !== null; d = this.#slots[slot]!) {
        this.#unlink(d);
        if (d.dueAt <= now) d.onDue();
        else this.#link(d);
      }
    }
    if (this.#count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
