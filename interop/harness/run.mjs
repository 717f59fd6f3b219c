/** Runs the tests; `npm test -- kill` those whose path contains "kill". */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { INTEROP } from "./paths.mjs";

const PARALLEL_FILES = 2;
/** Of a file: each test has a limit of its own. */
const TIMEOUT_MS = 240_000;

const filters = process.argv.slice(2);
const files = readdirSync(`${INTEROP}tests`)
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
  .map((name) => `tests/${name}`);
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(" ")}`);
  process.exit(1);
}
const options = [
  "--test",
  "--test-force-exit",
  `--test-concurrency=${PARALLEL_FILES}`,
  `--test-timeout=${TIMEOUT_MS}`,
  "--test-reporter=./harness/reporter.mjs",
];
const child = spawn(process.execPath, [...options, ...files], { cwd: INTEROP, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
