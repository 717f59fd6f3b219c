import { cpus } from "node:os";

/** Told at its end: how much of the time the server or the machine was busy, 0 to 1. */
export type LoadWatch = (ownCpuMs: number) => number;

/**
 * Watches what there is to disturb while a query runs: the server's own thread, which is what is busy where a container
 * may use a part of the machine only, and the machine's cores, where the endpoints may run, too.
 *
 * @returns asked at the end, with the time of a core that the query itself has taken
 */
export function watchLoad(): LoadWatch {
  const loop = performance.eventLoopUtilization();
  const before = coreTimes();
  return (ownCpuMs) => {
    const ofCores = busyCores(before, coreTimes(), ownCpuMs);
    return Math.max(performance.eventLoopUtilization(loop).utilization, ofCores);
  };
}

/** The part of their time that the cores were busy with something else. */
export function busyCores(before: CoreTimes, after: CoreTimes, ownCpuMs: number): number {
  const total = after.total - before.total;
  const others = total - (after.idle - before.idle) - ownCpuMs;
  // The system counts in hundredths of a second: of a short query it has seen nothing.
  return total > 0 ? Math.max(0, others / total) : 0;
}

export interface CoreTimes {
  readonly idle: number;
  readonly total: number;
}

/** Milliseconds since the machine was started, of all cores. */
function coreTimes(): CoreTimes {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}
