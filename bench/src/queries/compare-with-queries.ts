import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Job, LoadResult } from "../load/job.js";
import type { Options } from "../options.js";
import { LEAD_IN_MS, runLoad } from "../setup/run-load.js";
import { type RunningPeer, type StartOptions, startPeer } from "../setup/start-peer.js";
import type { Workload } from "../workloads.js";
import { Dashboard, query } from "./dashboard.js";

/** One server under one load, now without queries and now with them. */
export interface Comparison {
  readonly workload: Workload;
  readonly peer: string;
  readonly concurrency: number;
  readonly pairs: readonly Pair[];
  /** Invocations that the last query had to look at. */
  readonly rowsAtTheEnd: number;
}

export interface Pair {
  readonly without: LoadResult;
  readonly with: LoadResult;
  /** From asking to the answer, of each query that was answered, milliseconds. */
  readonly queryMs: readonly number[];
}

/** Measures all that can be queried. @throws Error when an answer was wrong or missing */
export async function compareWithQueries(
  options: Options,
  startOptions: Omit<StartOptions, "folder">,
  folder: string,
  report: (line: string) => void,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const workload of options.workloads) {
    for (const peer of options.peers.filter(({ system }) => system !== null)) {
      for (const concurrency of options.concurrency) {
        const ownFolder = join(folder, `${workload}-${peer.name}-${concurrency}`);
        const running = await startPeer(peer, { ...startOptions, folder: ownFolder });
        try {
          const name = `${workload}  ${peer.name}  c=${concurrency}`;
          const loads = new Loads(running, ownFolder, workload, concurrency);
          const found = await comparePairs(loads, options, (line) => report(`${name}  ${line}`));
          comparisons.push({ workload, peer: peer.name, concurrency, ...found });
        } finally {
          await running.stop();
        }
        rmSync(ownFolder, { recursive: true, force: true });
      }
    }
  }
  return comparisons;
}

async function comparePairs(
  loads: Loads,
  { warmUpMs, measuredMs, repetitions }: Options,
  report: (line: string) => void,
): Promise<Pick<Comparison, "pairs" | "rowsAtTheEnd">> {
  // With the queries, so that what answers them has started, too.
  await loads.runQueried(warmUpMs, 0);
  const pairs: Pair[] = [];
  for (let n = 0; n < repetitions; n++) {
    // In turns, which of them begins: the table grows all the while.
    const before = n % 2 === 0 ? await loads.run(LEAD_IN_MS, measuredMs) : null;
    const { result, queryMs } = await loads.runQueried(LEAD_IN_MS, measuredMs);
    const pair = { without: before ?? (await loads.run(LEAD_IN_MS, measuredMs)), with: result, queryMs };
    pairs.push(pair);
    report(
      `#${n + 1}  ${describe(pair.without)}, with queries ${describe(pair.with)}, ${queryMs.length} answers`,
    );
  }
  if (pairs.every(({ queryMs }) => queryMs.length === 0)) throw new Error("no query was answered");
  return { pairs, rowsAtTheEnd: await loads.countInvocations() };
}

/** Runs of load on one server. */
class Loads {
  readonly #job: Omit<Job, "runId" | "warmUpMs" | "measuredMs">;
  readonly #adminUrl: string;
  readonly #folder: string;
  #runs = 0;

  constructor(running: RunningPeer, folder: string, workload: Workload, concurrency: number) {
    if (running.adminUrl === null) throw new Error("what has no admin API cannot be queried");
    this.#adminUrl = running.adminUrl;
    this.#folder = folder;
    this.#job = {
      host: "127.0.0.1",
      port: running.ingressPort,
      workload,
      concurrency,
      server: running.serverPid,
      endpoint: running.endpointPid,
    };
  }

  async run(warmUpMs: number, measuredMs: number): Promise<LoadResult> {
    const runId = `run${this.#runs++}`;
    const result = await runLoad({ ...this.#job, runId, warmUpMs, measuredMs }, this.#folder);
    if (result.errors > 0) throw new Error(`the run failed: ${result.errorSamples.join("; ")}`);
    return result;
  }

  async runQueried(
    warmUpMs: number,
    measuredMs: number,
  ): Promise<Omit<Pair, "without" | "with"> & { result: LoadResult }> {
    const dashboard = new Dashboard(this.#adminUrl);
    try {
      return { result: await this.run(warmUpMs, measuredMs), queryMs: await dashboard.stop() };
    } catch (error) {
      await dashboard.stop().catch(() => {});
      throw error;
    }
  }

  async countInvocations(): Promise<number> {
    const [row] = await query(this.#adminUrl, "SELECT COUNT(*) AS n FROM sys_invocation");
    return Number(row?.n);
  }
}

function describe({ perSecond, latencyMs }: LoadResult): string {
  return `${perSecond.toFixed(0)}/s p50 ${latencyMs.p50.toFixed(2)} ms`;
}
