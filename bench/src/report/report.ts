import type { Facts } from "../machine/facts.js";
import type { Failure, Measurement } from "../measurement.js";
import type { Options } from "../options.js";
import { WORKLOADS, type Workload } from "../workloads.js";
import { figure, mib } from "./figures.js";
import { formatHead, formatSettings } from "./head.js";
import { type Summary, summarize } from "./summary.js";
import { formatTable } from "./table.js";

const NOTHING = "";

/** The tables alone: what the command prints. */
export function formatTables(
  measurements: readonly Measurement[],
  failures: readonly Failure[],
  options: Options,
): string {
  const summaries = summarize(measurements);
  return [
    ...options.concurrency.map((concurrency) => formatOverview(summaries, failures, concurrency, options)),
    ...options.workloads.map((workload) => formatWorkload(summaries, failures, workload, options)),
  ].join("\n\n");
}

/** All of RESULTS.md. @param command how it was run */
export function formatReport(tables: string, facts: Facts, options: Options, command: string): string {
  return `${formatHead("How fast it is", facts, command)}

## How it is measured

- A peer is \`server+sdk\`. Server, endpoint and load generator are one process each, on the same machine: they share its
  cores, so a server that leaves CPU to the others gains twice. \`baseline\` is plain node:http that answers at once, and
  stores and calls nothing: what this machine and this load generator could reach at most.
- With \`@node24\`, Pawl's processes run on node 24, as the official SDK always does here; without it on node ${process.versions.node}.
- Closed loop: each of c keep-alive connections sends its next request when it has its answer. Latency is that of
  requests under way, not of requests that could not be sent.
- Every answer is checked. Counters must have answered 1 to n, each once. A run with a wrong answer counts as failed.
- ${options.repetitions} repetitions of ${options.measuredMs / 1000} s, each on a fresh server with an empty data directory after ${options.warmUpMs / 1000} s of warm-up; the peers take
  turns. Each figure is the median of the repetitions, beside it in brackets the slowest and the fastest.
- CPU is user and system time per request of the whole process (all threads), from /proc. Memory is the server's. Data is
  what the files in its directory hold, without space reserved ahead; per request: since the start, with the warm-up.
- Durability is at the defaults of both. Pawl's SQLite syncs every group commit (WAL, synchronous=FULL). The official
  server syncs its log for every batch that it appends (\`rocksdb-disable-wal-fsync = false\`; seen with strace).
- Settings other than the defaults: the official server has 2 partitions, the best for it on 2 cores (its default is 24),
  listens on TCP only, and sends no telemetry. Endpoints log warnings only.${formatSettings(options)}

## Results

${tables}
`;
}

function formatOverview(
  summaries: readonly Summary[],
  failures: readonly Failure[],
  concurrency: number,
  options: Options,
): string {
  const rows = options.workloads.map((workload) => [
    workload,
    ...options.peers.map(({ name }) => {
      const found = find(summaries, workload, name, concurrency);
      const isFailed = failures.some((one) => one.workload === workload && one.peer === name);
      if (isFailed || (found !== undefined && found.errors > 0)) return "failed";
      return found === undefined ? NOTHING : figure(found.perSecond);
    }),
  ]);
  const head = ["requests/s", ...options.peers.map(({ name }) => name)];
  return `### All workloads, c=${concurrency}\n\n${formatTable(head, rows)}`;
}

function formatWorkload(
  summaries: readonly Summary[],
  failures: readonly Failure[],
  workload: Workload,
  options: Options,
): string {
  const hasDrain = workload === "send";
  const head = [
    "peer",
    "c",
    "requests/s",
    "(range)",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    "max ms",
    "CPU us: server",
    "endpoint",
    "load",
    "memory MiB",
    "data MiB",
    "bytes/request",
    ...(hasDrain ? ["done after s"] : []),
  ];
  const found = options.concurrency.flatMap((concurrency) =>
    options.peers.flatMap(({ name }) => find(summaries, workload, name, concurrency) ?? []),
  );
  const problems = [
    ...found
      .filter((one) => one.errors > 0)
      .map(
        (one) =>
          `${one.peer} c=${one.concurrency}: ${one.errors} errors, such as ${one.errorSample ?? "none"}`,
      ),
    ...failures.filter((one) => one.workload === workload).map((one) => `${one.peer}: ${one.problem}`),
  ].map((problem) => `- FAILED ${problem.replaceAll(/\s+/g, " ").slice(0, 500)}`);
  return [
    `### ${workload}: ${WORKLOADS[workload]}`,
    formatTable(
      head,
      found.map((one) => toRow(one, hasDrain)),
    ),
    ...(problems.length === 0 ? [] : [problems.join("\n")]),
  ].join("\n\n");
}

function toRow(one: Summary, hasDrain: boolean): string[] {
  const { latencyMs } = one;
  return [
    one.peer,
    String(one.concurrency),
    one.errors > 0 ? "failed" : figure(one.perSecond),
    one.repetitions === 1 ? NOTHING : `(${figure(one.slowest)} to ${figure(one.fastest)})`,
    ...[latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs.max].map(figure),
    figure(one.serverCpu),
    one.endpointCpu === null ? NOTHING : figure(one.endpointCpu),
    figure(one.loadCpu),
    mib(one.rssBytes),
    one.dataBytes === null ? NOTHING : mib(one.dataBytes),
    one.dataBytesPerRequest === null ? NOTHING : figure(one.dataBytesPerRequest),
    ...(hasDrain ? [figure(one.drainMs / 1000)] : []),
  ];
}

function find(
  summaries: readonly Summary[],
  workload: Workload,
  peer: string,
  concurrency: number,
): Summary | undefined {
  return summaries.find(
    (one) => one.workload === workload && one.peer === peer && one.concurrency === concurrency,
  );
}
