import type { Workload } from "../workloads.js";

/** What the load process is told. */
export interface Job {
  readonly host: string;
  readonly port: number;
  readonly workload: Workload;
  readonly runId: string;
  readonly concurrency: number;
  /** Not measured; 0 for none. */
  readonly warmUpMs: number;
  /** Measured; 0 to warm up only. */
  readonly measuredMs: number;
  /** Processes whose CPU is measured, with those that they started. */
  readonly server: number;
  readonly endpoint: number | null;
}

/** Of the measured time. */
export interface LoadResult {
  /** Requests answered within the measured time, per second. */
  readonly perSecond: number;
  readonly latencyMs: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  /** All requests that the CPU was used for: also those whose answer came just after the time was up. */
  readonly requests: number;
  /** With those of the warm-up. */
  readonly requestsInAll: number;
  /** From the last answer until the work behind the answers was done; 0 where there is none. */
  readonly drainMs: number;
  readonly cpuMs: { readonly server: number; readonly endpoint: number; readonly load: number };
  readonly serverRssBytes: number;
  /** Begin and end of the measured time on the machine's monotonic clock, which profiles use, too. */
  readonly windowUs: { readonly from: number; readonly to: number };
  readonly errors: number;
  /** The first few. */
  readonly errorSamples: readonly string[];
}
