import type { Caller, Story } from "./stories.js";

/** Failures beyond these are only counted. */
const FAILURES_KEPT = 20;

/** Stories one after the other at a steady rate, as long as it runs. */
export class Load {
  readonly done = new Map<string, number>();
  readonly failures: string[] = [];
  failed = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #names: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #next: number;

  /** @param first number of the first piece of work, since keys are made of these */
  constructor(
    readonly stories: Readonly<Record<string, Story>>,
    readonly caller: Caller,
    readonly limits: { readonly perSecond: number; readonly atATime: number },
    first = 0,
  ) {
    this.#names = Object.keys(stories);
    this.#next = first;
  }

  get next(): number {
    return this.#next;
  }

  get total(): number {
    return [...this.done.values()].reduce((sum, count) => sum + count, 0);
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#underWay.size >= this.limits.atATime) return;
      const n = this.#next++;
      const name = this.#names[n % this.#names.length]!;
      const work: Promise<void> = this.#tell(name, n).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    }, 1000 / this.limits.perSecond);
  }

  /** Begins nothing more, and waits for what is under way. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  async #tell(name: string, n: number): Promise<void> {
    try {
      await this.stories[name]!(this.caller, n);
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
    } catch (error) {
      this.failed++;
      if (this.failures.length < FAILURES_KEPT)
        this.failures.push(`${name} ${n}: ${(error as Error).message}`);
    }
  }
}
