/**
 * Runs every compiled test of the repository, two files at a time, with node's own test runner.
 * `npm test -- partition` runs only the files whose path contains "partition".
 */
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const PARALLEL_FILES = 2;
/** Of a whole file: nothing may hang, however slow the machine is. */
const TIMEOUT_PER_FILE_MS = 600_000;

const filters = process.argv.slice(2);
const roots = [...readdirSync("packages").map((name) => join("packages", name)), "examples", "bench", "test"];
const files = roots
  .flatMap((root) => findTests(join(root, "dist")))
  .filter(matches)
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(" ")}`);
  process.exit(1);
}

const child = spawn(
  process.execPath,
  [
    "--enable-source-maps",
    "--test",
    `--test-concurrency=${PARALLEL_FILES}`,
    `--test-timeout=${TIMEOUT_PER_FILE_MS}`,
    ...files,
  ],
  { stdio: "inherit" },
);
child.on("exit", (code) => process.exit(code ?? 1));

function findTests(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => join(folder, name));
}

function matches(file) {
  return filters.length === 0 || filters.some((filter) => file.includes(filter));
}
