import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, Restartable, temporaryDirectory } from "../processes.js";
import { SERVICES, World } from "./world.js";

const PAWL = fileURLToPath(new URL("../../../packages/cli/bin/pawl.js", import.meta.url));

const directory = temporaryDirectory();
after(() => rmSync(directory, { recursive: true, force: true }));

/** A file with keys as the documents of 2023 write them. */
async function configFile(name: string): Promise<{ readonly file: string; readonly admin: number }> {
  const [ingress, admin] = [await freePort(), await freePort()];
  const file = join(directory, `${name}.toml`);
  const lines = [
    `base_dir = "${join(directory, name)}"`,
    "[worker.invoker]",
    'inactivity_timeout = "77s"',
    "[ingress]",
    `bind_address = "127.0.0.1:${ingress}"`,
    "[admin]",
    `bind_address = "127.0.0.1:${admin}"`,
  ];
  writeFileSync(file, lines.join("\n"));
  return { file, admin };
}

for (const [what, args, variable] of [
  ["--config-file", true, undefined],
  ["RESTATE_CONFIG", false, "RESTATE_CONFIG"],
] as const) {
  test(`A49 ${what} names the configuration file`, async () => {
    const { file, admin } = await configFile(what.replaceAll("-", ""));
    const server = new Restartable(
      [PAWL, "server", ...(args ? ["--config-file", file] : [])],
      variable === undefined ? {} : { [variable]: file },
      async () => (await fetch(`http://127.0.0.1:${admin}/health`)).ok,
    );
    await server.start();
    assert.equal(await server.stop("SIGTERM"), 0);
  });
}

test("A49 variables of the environment set what the file names with dots", async () => {
  const world = await World.start({ RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "77s" }, SERVICES);
  try {
    const { text } = await world.admin("GET", "/services/acceptance.Worker");
    assert.equal((JSON.parse(text) as { inactivity_timeout: string }).inactivity_timeout, "1m 17s");
  } finally {
    await world.stop();
  }
});

test("A49 a setting that is wrong ends the server with RT0002, before it opens anything", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [PAWL, "server", "--base-dir", join(directory, "none")],
    {
      env: { ...process.env, PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "soon" },
      encoding: "utf8",
    },
  );
  assert.equal(status, 1);
  assert.match(stderr, /RT0002[\s\S]*worker\.invoker\.inactivity-timeout/);
});
