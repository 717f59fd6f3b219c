/** What one thing changes, measured in pairs: as a part of what there was without it. */
export interface Difference {
  /** 0.02: 2 % more with it. */
  readonly mean: number;
  /** Two standard errors of the mean: a difference smaller than this is not seen in so many pairs. */
  readonly error: number;
}

/**
 * The pairs of a noisy machine, neighbour with neighbour in time: what slows both does not count.
 * @param pairs at least two
 */
export function compare(pairs: readonly { readonly without: number; readonly with: number }[]): Difference {
  const changes = pairs.map((pair) => pair.with / pair.without - 1);
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  const squares = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  return { mean, error: 2 * Math.sqrt(squares / (changes.length - 1) / changes.length) };
}

/** `+1.2 % ± 2.3 %` */
export function formatDifference({ mean, error }: Difference): string {
  const percent = (value: number): string => (value * 100).toFixed(1);
  return `${mean < 0 ? "-" : "+"}${percent(Math.abs(mean))} % ± ${percent(error)} %`;
}
