/** One time series that only grows. */
export class Counter {
  value = 0;
}

/** Observations, counted in buckets by their size. */
export class Histogram {
  /** Of each bucket alone; the last one is of what is larger than every bound. */
  readonly counts: number[];
  sum = 0;

  /** @param bounds inclusive upper bounds, ascending */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sum += value;
  }
}
