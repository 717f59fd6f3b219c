/** The command: measures or profiles, prints, and writes a report. See `--help`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { collectFacts } from "./machine/facts.js";
import { canRun, measureAll } from "./measure.js";
import { HELP, OptionError, type Options, parseOptions } from "./options.js";
import { profile } from "./profile/profile.js";
import { compareWithQueries } from "./queries/compare-with-queries.js";
import { formatComparisons, formatQueriesReport } from "./queries/report.js";
import { formatReport, formatTables } from "./report/report.js";
import { killAllChildren } from "./setup/child.js";
import { BENCH } from "./setup/folders.js";
import { installPeers } from "./setup/installed-peers.js";
import { needsInstallation } from "./setup/peer.js";
import { DEFAULT_PAWL_BIN } from "./setup/server.js";

/** Starting, stopping and removing a server, for the estimate only. */
const OVERHEAD_MS = 4000;

/** A server that was just killed may still be writing. */
const REMOVE_ATTEMPTS = 5;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const options = parseOptions(args, Number.parseInt(process.versions.node, 10));
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== "linux") throw new Error("the benchmark needs Linux: it reads the CPU from /proc");

  // Not the system's folder for temporary files: where that is in memory, a durable commit would cost nothing.
  const parent = resolve(options.folder ?? join(BENCH, ".data"));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  const removeAll = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: REMOVE_ATTEMPTS });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      killAllChildren();
      removeAll();
      process.exit(1);
    });
  }
  try {
    return await run(options, folder, args);
  } finally {
    removeAll();
  }
}

async function run(options: Options, folder: string, args: readonly string[]): Promise<number> {
  const peers = options.peers.some(needsInstallation) ? installPeers() : null;
  const startOptions = {
    peers,
    pawlBin: resolve(options.pawlBin ?? DEFAULT_PAWL_BIN),
    env: options.env,
  };
  if (options.mode === "profile") {
    console.log(await profile(options, startOptions, folder));
    return 0;
  }
  const facts = collectFacts(folder, peers);
  if (facts.warning !== "") console.error(facts.warning);
  const report = (line: string): void => console.error(line);
  const command = ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  if (options.mode === "queries") {
    const tables = formatComparisons(await compareWithQueries(options, startOptions, folder, report));
    console.log(tables);
    write(options, "QUERIES.md", formatQueriesReport(tables, facts, options, command));
    return 0;
  }
  console.error(`This takes about ${estimateMinutes(options)} min.`);
  const { measurements, failures } = await measureAll(options, startOptions, folder, report);
  const tables = formatTables(measurements, failures, options);
  console.log(tables);
  write(options, "RESULTS.md", formatReport(tables, facts, options, command));
  const isFailed = failures.length > 0 || measurements.some((one) => one.errors > 0);
  if (isFailed) console.error("There were errors: the figures of failed runs mean nothing.");
  return isFailed ? 1 : 0;
}

function write({ output }: Options, name: string, text: string): void {
  if (output === "-") return;
  const file = resolve(output ?? join(BENCH, name));
  writeFileSync(file, text);
  console.error(`\nwritten to ${file}`);
}

function estimateMinutes(options: Options): number {
  const runs = options.workloads.reduce(
    (total, workload) => total + options.peers.filter((peer) => canRun(peer, workload)).length,
    0,
  );
  const perRunMs = OVERHEAD_MS + options.warmUpMs + options.concurrency.length * (options.measuredMs + 500);
  return Math.ceil((runs * options.repetitions * perRunMs) / 60_000);
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof OptionError;
  console.error(isUsage ? `${error.message}\n\n${HELP}` : error instanceof Error ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}
