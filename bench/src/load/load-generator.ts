import { findProcessTree, readCpuMs, readRssBytes } from "../machine/processes.js";
import type { Caller, Drain } from "./caller.js";
import { createCalls } from "./calls.js";
import { Connection } from "./connection.js";
import { Histogram } from "./histogram.js";
import type { Job, LoadResult } from "./job.js";

/** An answer or a drain that takes longer than this is an error. */
const PATIENCE_MS = 60_000;
/** Each is an invocation, which costs CPU that is not of the workload: few. */
const DRAIN_POLL_MS = 20;
const ERROR_SAMPLES = 3;
const MICROSECONDS_PER_MS = 1000;

/**
 * Sends as fast as the answers come: every connection has one request under way, and sends the next one when the answer
 * to the last is there and right. A connection that sees an error sends no more.
 */
export async function generateLoad(job: Job): Promise<LoadResult> {
  const calls = createCalls(job.workload, job.runId);
  const errors = new Errors();
  const connections = await Promise.all(
    Array.from({ length: job.concurrency }, () => Connection.open(job.host, job.port)),
  );
  const control = await Connection.open(job.host, job.port);
  try {
    const callers = connections.map((_, index) => calls.caller(index));
    const warmUp = await runPhase(connections, callers, job.warmUpMs, errors);
    await drain(control, calls.drain, errors);

    const from = monotonicUs();
    const cpuBefore = readCpu(job);
    const measured = await runPhase(connections, callers, job.measuredMs, errors);
    const drainMs = await drain(control, calls.drain, errors);
    const cpuAfter = readCpu(job);
    const to = monotonicUs();

    const problem = calls.verify?.();
    if (problem !== undefined) errors.add(problem);
    return {
      perSecond: job.measuredMs === 0 ? 0 : (measured.inTime / job.measuredMs) * 1000,
      latencyMs: {
        p50: measured.latency.percentile(0.5) / MICROSECONDS_PER_MS,
        p90: measured.latency.percentile(0.9) / MICROSECONDS_PER_MS,
        p99: measured.latency.percentile(0.99) / MICROSECONDS_PER_MS,
        max: measured.latency.max / MICROSECONDS_PER_MS,
      },
      requests: measured.latency.total,
      requestsInAll: warmUp.latency.total + measured.latency.total,
      drainMs,
      cpuMs: {
        server: cpuAfter.server - cpuBefore.server,
        endpoint: cpuAfter.endpoint - cpuBefore.endpoint,
        load: cpuAfter.load - cpuBefore.load,
      },
      serverRssBytes: sum(findProcessTree(job.server), readRssBytes),
      windowUs: { from, to },
      errors: errors.count,
      errorSamples: errors.samples,
    };
  } finally {
    for (const connection of [...connections, control]) connection.close();
  }
}

class Errors {
  count = 0;
  readonly samples: string[] = [];

  add(text: string): void {
    this.count++;
    if (this.samples.length < ERROR_SAMPLES) this.samples.push(text);
  }
}

interface Phase {
  /** Answers before the time was up. */
  inTime: number;
  /** Microseconds, of all answers. */
  readonly latency: Histogram;
}

/** Returns when all connections are at rest. */
function runPhase(
  connections: readonly Connection[],
  callers: readonly Caller[],
  durationMs: number,
  errors: Errors,
): Promise<Phase> {
  const phase: Phase = { inTime: 0, latency: new Histogram() };
  if (durationMs === 0) return Promise.resolve(phase);
  return new Promise((resolve) => {
    const end = performance.now() + durationMs;
    let busy = connections.length;
    const patience = setTimeout(() => {
      for (const connection of connections) connection.close();
      for (; busy > 0; busy--) errors.add(`no answer within ${PATIENCE_MS} ms`);
      resolve(phase);
    }, durationMs + PATIENCE_MS);
    const rest = (): void => {
      busy--;
      if (busy > 0) return;
      clearTimeout(patience);
      resolve(phase);
    };
    for (const [index, connection] of connections.entries()) {
      const caller = callers[index]!;
      let sentAt = 0;
      const onError = (error: Error): void => {
        errors.add(error.message);
        rest();
      };
      const onResponse = (status: number, body: Buffer): void => {
        const now = performance.now();
        const problem = caller.check(status, body);
        if (problem !== undefined) {
          connection.close();
          onError(new Error(problem));
          return;
        }
        phase.latency.record((now - sentAt) * MICROSECONDS_PER_MS);
        if (now >= end) {
          rest();
          return;
        }
        phase.inTime++;
        send();
      };
      const send = (): void => {
        const request = caller.next();
        sentAt = performance.now();
        connection.send(request, onResponse, onError);
      };
      send();
    }
  });
}

/** @returns the milliseconds it took */
async function drain(control: Connection, work: Drain | undefined, errors: Errors): Promise<number> {
  if (work === undefined || errors.count > 0) return 0;
  const startedAt = performance.now();
  for (;;) {
    const isDone = await new Promise<boolean>((resolve, reject) => {
      control.send(work.request, (status, body) => resolve(work.isDone(status, body)), reject);
    });
    const elapsedMs = performance.now() - startedAt;
    if (isDone) return elapsedMs;
    if (elapsedMs > PATIENCE_MS) {
      errors.add(`what was accepted is not done after ${PATIENCE_MS} ms`);
      return elapsedMs;
    }
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function readCpu(job: Job): LoadResult["cpuMs"] {
  const own = process.cpuUsage();
  return {
    server: sum(findProcessTree(job.server), readCpuMs),
    endpoint: job.endpoint === null ? 0 : sum(findProcessTree(job.endpoint), readCpuMs),
    load: (own.user + own.system) / MICROSECONDS_PER_MS,
  };
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + read(pid), 0);
}
