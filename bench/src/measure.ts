import { rmSync } from "node:fs";
import { join } from "node:path";
import { measureFolder } from "./machine/disk.js";
import type { Failure, Measurement } from "./measurement.js";
import type { Options } from "./options.js";
import type { Peer } from "./setup/peer.js";
import { LEAD_IN_MS, runLoad } from "./setup/run-load.js";
import { type RunningPeer, type StartOptions, startPeer } from "./setup/start-peer.js";
import type { Workload } from "./workloads.js";

export interface Results {
  readonly measurements: readonly Measurement[];
  readonly failures: readonly Failure[];
}

/** The baseline answers everything with the body of the request: only for this workload is that right. */
export function canRun(peer: Peer, workload: Workload): boolean {
  return peer.system !== null || workload === "noop";
}

/**
 * Measures all peers with all workloads. Within a workload the peers take turns, repetition by repetition, each time
 * beginning with another one: when the machine changes its pace, it does so for all.
 */
export async function measureAll(
  options: Options,
  startOptions: Omit<StartOptions, "folder">,
  folder: string,
  report: (line: string) => void,
): Promise<Results> {
  const measurements: Measurement[] = [];
  const failures: Failure[] = [];
  for (const workload of options.workloads) {
    const peers = options.peers.filter((peer) => canRun(peer, workload));
    for (let repetition = 0; repetition < options.repetitions; repetition++) {
      for (let turn = 0; turn < peers.length; turn++) {
        const peer = peers[(turn + repetition) % peers.length]!;
        const ownFolder = join(folder, `${workload}-${peer.name}-${repetition}`);
        try {
          const found = await measurePeer(peer, workload, options, { ...startOptions, folder: ownFolder });
          measurements.push(...found);
          for (const one of found) report(describe(one, repetition));
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          failures.push({ workload, peer: peer.name, problem });
          report(`${workload}  ${peer.name}  FAILED: ${problem}`);
        }
        rmSync(ownFolder, { recursive: true, force: true });
      }
    }
  }
  return { measurements, failures };
}

async function measurePeer(
  peer: Peer,
  workload: Workload,
  options: Options,
  startOptions: StartOptions,
): Promise<Measurement[]> {
  const running = await startPeer(peer, startOptions);
  try {
    return await measureLevels(running, peer, workload, options, startOptions.folder);
  } finally {
    await running.stop();
  }
}

async function measureLevels(
  running: RunningPeer,
  peer: Peer,
  workload: Workload,
  options: Options,
  folder: string,
): Promise<Measurement[]> {
  const job = {
    host: "127.0.0.1",
    port: running.ingressPort,
    workload,
    server: running.serverPid,
    endpoint: running.endpointPid,
  };
  const readData = (): number | null => (running.dataDir === null ? null : measureFolder(running.dataDir));
  const dataAtStart = readData();
  const warmUp = await runLoad(
    {
      ...job,
      runId: "warmup",
      concurrency: Math.max(...options.concurrency),
      warmUpMs: options.warmUpMs,
      measuredMs: 0,
    },
    folder,
  );
  let requests = warmUp.requestsInAll;
  const measurements: Measurement[] = [];
  for (const concurrency of options.concurrency) {
    const result = await runLoad(
      {
        ...job,
        runId: `c${concurrency}`,
        concurrency,
        warmUpMs: LEAD_IN_MS,
        measuredMs: options.measuredMs,
      },
      folder,
    );
    requests += result.requestsInAll;
    const dataBytes = readData();
    const dataBytesPerRequest =
      dataBytes === null || dataAtStart === null ? null : (dataBytes - dataAtStart) / requests;
    measurements.push({
      ...result,
      // A warm-up that went wrong spoils what follows.
      errors: result.errors + warmUp.errors,
      errorSamples: [...warmUp.errorSamples, ...result.errorSamples],
      workload,
      peer: peer.name,
      concurrency,
      dataBytes,
      dataBytesPerRequest,
    });
  }
  return measurements;
}

function describe(one: Measurement, repetition: number): string {
  const { workload, peer, concurrency, perSecond, latencyMs, errors } = one;
  const figures = `${perSecond.toFixed(0)}/s  p50 ${latencyMs.p50.toFixed(2)} ms  p99 ${latencyMs.p99.toFixed(2)} ms`;
  const outcome = errors === 0 ? figures : `FAILED with ${errors} errors: ${one.errorSamples.join("; ")}`;
  return `${workload}  ${peer}  c=${concurrency}  #${repetition + 1}  ${outcome}`;
}
