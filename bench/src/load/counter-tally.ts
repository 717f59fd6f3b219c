/**
 * Checks that every increment of every counter happened once and was answered once: the answers for a key must be
 * 1, 2, ... n, each once, in any order. They are summed up as hashes, so that the memory does not grow with them.
 */
export class CounterTally {
  readonly #counts: Float64Array;
  readonly #fingerprints: Int32Array;

  constructor(keys: number) {
    this.#counts = new Float64Array(keys);
    this.#fingerprints = new Int32Array(keys);
  }

  /** @returns what is wrong with this answer alone */
  record(key: number, value: number): string | undefined {
    if (!Number.isSafeInteger(value) || value < 1) return `a counter cannot be ${value}`;
    this.#counts[key] = this.#counts[key]! + 1;
    this.#fingerprints[key] = this.#fingerprints[key]! + hash(value);
    return undefined;
  }

  /** @returns what is wrong with the answers together */
  verify(): string | undefined {
    for (let key = 0; key < this.#counts.length; key++) {
      const count = this.#counts[key]!;
      let expected = 0;
      for (let value = 1; value <= count; value++) expected = (expected + hash(value)) | 0;
      if (this.#fingerprints[key] !== expected) {
        return `counter ${key}: the answers to its ${count} increments are not 1 to ${count}, each once`;
      }
    }
    return undefined;
  }
}

/** The finalizer of MurmurHash3: near values come out far apart. */
function hash(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
