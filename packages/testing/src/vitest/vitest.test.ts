import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

function runVitest(env: NodeJS.ProcessEnv): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, "run", "--root", fileURLToPath(new URL("./suite/", import.meta.url)), "--no-cache"],
    { env: { ...process.env, ...env, NO_COLOR: "1", NODE_TEST_CONTEXT: "" }, encoding: "utf8" },
  );
  return { code: status, output: stdout + stderr };
}

test("a suite that is written for the official test environment runs under vitest", () => {
  const { code, output } = runVitest({});
  assert.equal(code, 0, output);
  assert.match(output, /2 passed/);
});

test("and is really run", () => {
  const { code, output } = runVitest({ TEST_FAILS: "1" });
  assert.equal(code, 1, output);
  assert.match(output, /1 failed \| 1 passed/);
});
