/** Bits of a value that are kept: a recorded value is off by less than 1/128. */
const PRECISION_BITS = 7;
const HALF = 1 << PRECISION_BITS;
const MAX_VALUE = 2 ** 32 - 1;
const BUCKETS = bucketOf(MAX_VALUE) + 1;

/**
 * Counts whole values from 0 to 2^32-1 in buckets that grow with the value, like an HDR histogram: the memory is the same
 * for ten samples and for ten billion.
 */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  /** The largest recorded value, exactly. */
  get max(): number {
    return this.#max;
  }

  record(value: number): void {
    const whole = Math.min(Math.max(Math.round(value), 0), MAX_VALUE);
    const bucket = bucketOf(whole);
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#total++;
    if (whole > this.#max) this.#max = whole;
  }

  /**
   * @param share of the samples, 0 to 1
   * @returns a value that so many samples do not exceed; 0 without samples
   */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return Math.min(largestIn(bucket), this.#max);
    }
    return this.#max;
  }
}

function bucketOf(value: number): number {
  const shift = Math.max(0, 31 - Math.clz32(value) - PRECISION_BITS);
  return shift * HALF + (value >>> shift);
}

function largestIn(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / HALF) - 1);
  return (bucket - shift * HALF + 1) * 2 ** shift - 1;
}
