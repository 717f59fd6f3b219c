import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./in-process.js", import.meta.url));

/** Starts the example. `lines` grows with what it prints; `seen` resolves when a line is there. */
function start(cwd: string): { child: ChildProcess; lines: string[]; seen: (line: string) => Promise<void> } {
  const child = spawn(process.execPath, [program], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const seen = async (line: string): Promise<void> => {
    while (!lines.includes(line)) await once(child.stdout, "data");
  };
  child.stdout.on("data", (data: Buffer) => lines.push(...data.toString().trimEnd().split("\n")));
  return { child, lines, seen };
}

test("the example is killed between two steps, started again, and does each step once", async () => {
  const directory = mkdtempSync(join(tmpdir(), "pawl-example-"));
  try {
    const first = start(directory);
    await first.seen("a book reserved");
    first.child.kill("SIGKILL");
    await once(first.child, "close");
    // The kill may have come before the first step's result was stored; then it is done again, as documented.
    const second = start(directory);
    await once(second.child, "close");
    assert.equal(second.lines.at(-1), "the answer: a book reserved, a book paid");

    const third = start(directory);
    await once(third.child, "close");
    assert.deepEqual(third.lines, ["the answer: a book reserved, a book paid"]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
