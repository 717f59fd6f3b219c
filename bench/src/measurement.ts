import type { LoadResult } from "./load/job.js";
import type { Workload } from "./workloads.js";

/** One measured run. */
export interface Measurement extends LoadResult {
  readonly workload: Workload;
  readonly peer: string;
  readonly concurrency: number;
  /** Bytes that the server's data takes on the disk after the run; null if it stores nothing. */
  readonly dataBytes: number | null;
  /** What of it came for each request since the server was started. */
  readonly dataBytesPerRequest: number | null;
}

/** A peer that could not be measured. */
export interface Failure {
  readonly workload: Workload;
  readonly peer: string;
  readonly problem: string;
}
