import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const WORKS = Number(process.env.TEST_WORKS ?? 40);
const STEPS = 5;
const CHANCE_AT_STEP = 0.03;
/** Kills at any moment, also while the program starts and recovers: after a random part of this. */
const MAX_UP_TIME_MS = 1_500;
const KILLS_AT_ANY_MOMENT = Number(process.env.TEST_KILLS ?? 8);

interface Executed {
  readonly name: string;
  readonly step: number;
  readonly value: string;
  readonly seen: readonly string[];
}

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pawl-embedded-kill-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the program until it ends or dies. @returns what it printed; undefined when it was killed */
async function runOnce(chance: number, killAfterMs: number | undefined): Promise<string | undefined> {
  const script = fileURLToPath(new URL("./kill.test.child.js", import.meta.url));
  const args = [script, join(directory, "data"), join(directory, "log"), String(WORKS), String(chance)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal === "SIGKILL") return undefined;
  assert.equal(code, 0);
  return output;
}

async function runUntilDone(): Promise<{ output: string; kills: number }> {
  for (let kills = 0; ; kills++) {
    // In the end there is peace: what is left must come to its end.
    const isPeace = kills >= WORKS;
    const anyMoment =
      kills % 2 === 0 && kills < 2 * KILLS_AT_ANY_MOMENT ? Math.random() * MAX_UP_TIME_MS : undefined;
    const output = await runOnce(isPeace ? 0 : CHANCE_AT_STEP, anyMoment);
    if (output !== undefined) return { output, kills };
  }
}

test("kill -9 of the one process, at random steps and moments: all works end, no finished step is done again", async () => {
  const { output, kills } = await runUntilDone();
  assert.ok(kills >= KILLS_AT_ANY_MOMENT, `it was killed ${kills} times only`);
  const results = new Map(Object.entries(JSON.parse(output) as Record<string, string[]>));
  assert.equal(results.size, WORKS);
  const lines = readFileSync(join(directory, "log"), "utf8").trimEnd().split("\n");
  const executed = lines.map((line) => JSON.parse(line) as Executed);
  checkOrder(executed, results);
  checkResults(executed, results);
});

/** A step may run again when a kill came before its result was stored, but never after something was built on it. */
function checkOrder(executed: readonly Executed[], results: ReadonlyMap<string, readonly string[]>): void {
  const furthest = new Map<string, number>();
  for (const { name, step, seen } of executed) {
    const reached = furthest.get(name) ?? -1;
    assert.ok(step >= reached, `${name}: step ${step} ran again after step ${reached} had begun`);
    furthest.set(name, step);
    assert.deepEqual(seen, results.get(name)?.slice(0, step), `${name}: step ${step} saw other results`);
  }
}

/** Each result that stands is one that an execution gave: the last one of its step. */
function checkResults(executed: readonly Executed[], results: ReadonlyMap<string, readonly string[]>): void {
  const last = new Map(executed.map(({ name, step, value }) => [`${name}/${step}`, value]));
  for (const [name, values] of results) {
    assert.deepEqual(
      values,
      Array.from({ length: STEPS }, (_, step) => last.get(`${name}/${step}`)),
      name,
    );
  }
}
