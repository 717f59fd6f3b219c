import type { LoadResult } from "../load/job.js";
import type { Facts } from "../machine/facts.js";
import type { Options } from "../options.js";
import { figure } from "../report/figures.js";
import { formatHead, formatSettings } from "../report/head.js";
import { median } from "../report/summary.js";
import { formatTable } from "../report/table.js";
import type { Comparison } from "./compare-with-queries.js";
import { compare, formatDifference } from "./difference.js";

/** All of QUERIES.md. @param command how it was run */
export function formatQueriesReport(tables: string, facts: Facts, options: Options, command: string): string {
  return `${formatHead("What queries cost", facts, command)}

## How it is measured

- One server under one load, in pairs of ${options.measuredMs / 1000} s: without queries, and with two SQL queries in turns, four a second, all
  the while, or as many as the server's pace lets through on a busy machine (docs/introspection.md): the fifty newest
  invocations, and how many there are of each service and status, which reads the whole table; it grows with every
  request. Who of a pair comes first changes from pair to pair.
- The difference is that of neighbours in time, so that the pace of the machine does not count: the mean of all pairs, and
  two standard errors of it. A difference that is smaller than its error was not seen.
- Closed loop: the load, the server and the endpoint keep all cores of this machine busy at high concurrency, so that
  whatever a query takes would be missing there. The figures are medians.${formatSettings(options)}

## Results

${tables}
`;
}

export function formatComparisons(comparisons: readonly Comparison[]): string {
  return comparisons.map(formatComparison).join("\n\n");
}

function formatComparison({ workload, peer, concurrency, pairs, rowsAtTheEnd }: Comparison): string {
  const row = (name: string, read: (result: LoadResult) => number): string[] => {
    const values = pairs.map((pair) => ({ without: read(pair.without), with: read(pair.with) }));
    const of = (key: "without" | "with"): string => figure(median(values.map((one) => one[key])));
    return [name, of("without"), of("with"), pairs.length > 1 ? formatDifference(compare(values)) : ""];
  };
  const queryMs = pairs.flatMap((pair) => pair.queryMs);
  return [
    `### ${workload}, ${peer}, c=${concurrency}`,
    formatTable(
      ["", "without", "with queries", "difference"],
      [
        row("requests/s", ({ perSecond }) => perSecond),
        row("p50 ms", ({ latencyMs }) => latencyMs.p50),
        row("p90 ms", ({ latencyMs }) => latencyMs.p90),
        row("p99 ms", ({ latencyMs }) => latencyMs.p99),
        row("server CPU us/request", (one) => (one.cpuMs.server / Math.max(1, one.requests)) * 1000),
      ],
    ),
    `${pairs.length} pairs, ${queryMs.length} answers of ${figure(median(queryMs))} ms, with the rest before them; at the end there were ${figure(rowsAtTheEnd)} invocations.`,
  ].join("\n\n");
}
