/**
 * Proves that every increment of every counter was answered once: the answers for a key must be 1, 2, ... n, each once, in
 * any order. Count, sum and maximum are enough for that, whatever the number of requests.
 */
export class CounterTally {
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #largest: Float64Array;

  constructor(keys: number) {
    this.#counts = new Float64Array(keys);
    this.#sums = new Float64Array(keys);
    this.#largest = new Float64Array(keys);
  }

  /** @returns what is wrong with this answer alone */
  record(key: number, value: number): string | undefined {
    if (!Number.isSafeInteger(value) || value < 1) return `a counter cannot be ${value}`;
    this.#counts[key] = this.#counts[key]! + 1;
    this.#sums[key] = this.#sums[key]! + value;
    if (value > this.#largest[key]!) this.#largest[key] = value;
    return undefined;
  }

  /** @returns what is wrong with the answers together */
  verify(): string | undefined {
    for (let key = 0; key < this.#counts.length; key++) {
      const count = this.#counts[key]!;
      const sum = (count * (count + 1)) / 2;
      if (this.#largest[key] !== count || this.#sums[key] !== sum) {
        return `counter ${key}: ${count} increments were answered, the largest value is ${this.#largest[key]}, the sum ${this.#sums[key]}, not ${sum}`;
      }
    }
    return undefined;
  }
}
