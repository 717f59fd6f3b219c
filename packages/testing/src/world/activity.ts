/** Counts what is under way, and says when nothing is. */
export class Activity {
  #underWay = 0;
  #changes = 0;
  #waiting: (() => void)[] = [];

  /** @param whole counts all that this one counts, and more */
  constructor(readonly whole?: Activity) {}

  enter(): void {
    this.#underWay++;
    this.whole?.enter();
    this.#changed();
  }

  leave(): void {
    this.#underWay--;
    this.whole?.leave();
    this.#changed();
  }

  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** Resolves when something begins or ends. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing is under way, and nothing begins by itself any more. */
  async idle(): Promise<void> {
    for (;;) {
      while (this.#underWay > 0) await this.change();
      const before = this.#changes;
      // What has just ended may be the cause of something else: promise reactions and ticks run before this.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#underWay === 0 && this.#changes === before) return;
    }
  }

  #changed(): void {
    this.#changes++;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
