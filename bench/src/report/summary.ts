import type { Measurement } from "../measurement.js";
import type { Workload } from "../workloads.js";

/** All repetitions of one workload, peer and concurrency: the median of each figure on its own. */
export interface Summary {
  readonly workload: Workload;
  readonly peer: string;
  readonly concurrency: number;
  readonly repetitions: number;
  readonly perSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly latencyMs: Measurement["latencyMs"];
  /** Microseconds of CPU per request; null: there is no such process. */
  readonly serverCpu: number;
  readonly endpointCpu: number | null;
  readonly loadCpu: number;
  readonly drainMs: number;
  readonly rssBytes: number;
  readonly dataBytes: number | null;
  readonly dataBytesPerRequest: number | null;
  readonly errors: number;
  readonly errorSample: string | undefined;
}

const MICROSECONDS_PER_MS = 1000;

/** In the order in which the first repetition of each was measured, and by concurrency. */
export function summarize(measurements: readonly Measurement[]): Summary[] {
  const groups = new Map<string, [Measurement, ...Measurement[]]>();
  for (const one of measurements) {
    const key = JSON.stringify([one.workload, one.peer, one.concurrency]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].map(summarizeGroup);
}

function summarizeGroup(group: readonly [Measurement, ...Measurement[]]): Summary {
  const [{ workload, peer, concurrency }] = group;
  const of = (read: (one: Measurement) => number): number => median(group.map(read));
  const ofData = (read: (one: Measurement) => number | null): number | null =>
    group.some((one) => read(one) === null) ? null : of((one) => read(one) ?? 0);
  const cpu = (name: keyof Measurement["cpuMs"]): number =>
    of((one) => (one.cpuMs[name] / Math.max(1, one.requests)) * MICROSECONDS_PER_MS);
  const rates = group.map((one) => one.perSecond);
  return {
    workload,
    peer,
    concurrency,
    repetitions: group.length,
    perSecond: median(rates),
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    latencyMs: {
      p50: of((one) => one.latencyMs.p50),
      p90: of((one) => one.latencyMs.p90),
      p99: of((one) => one.latencyMs.p99),
      max: of((one) => one.latencyMs.max),
    },
    serverCpu: cpu("server"),
    endpointCpu: group[0].dataBytes === null ? null : cpu("endpoint"),
    loadCpu: cpu("load"),
    drainMs: of((one) => one.drainMs),
    rssBytes: of((one) => one.serverRssBytes),
    dataBytes: ofData((one) => one.dataBytes),
    dataBytesPerRequest: ofData((one) => one.dataBytesPerRequest),
    errors: group.reduce((total, one) => total + one.errors, 0),
    errorSample: group.flatMap((one) => one.errorSamples)[0],
  };
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
