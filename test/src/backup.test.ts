import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pause, prepareEndpoint, prepareServer, temporaryDirectory } from "./processes.js";

const PAWL = fileURLToPath(new URL("../../packages/cli/bin/pawl.js", import.meta.url));
const TOKEN = "0123456789abcdef";
const BEFORE = 100;

function pawl(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return promisify(execFile)(process.execPath, [PAWL, ...args], { env: { ...process.env, ...env } });
}

test("a backup under load, restored elsewhere after kill -9: all that was accepted before it is there and goes on", async () => {
  const directory = temporaryDirectory();
  const settings = {
    PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms",
    PAWL_DEFAULT_RETRY_POLICY__MAX_INTERVAL: "100ms",
  };
  const lost = await prepareServer(settings);
  const restored = await prepareServer(settings);
  const endpoint = await prepareEndpoint("./ten-steps.endpoint.js", { STEPS_LOG: join(directory, "steps") });
  after(async () => {
    await endpoint.process.stop("SIGKILL");
    await lost.remove();
    await restored.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  await endpoint.process.start();
  await lost.process.start();
  await lost.register(endpoint.uri);

  const send = async (name: string): Promise<string> => {
    const response = await fetch(`${lost.ingress}/TenSteps/run/send`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": name },
      body: JSON.stringify(name),
    });
    assert.equal(response.status, 202);
    return ((await response.json()) as { invocationId: string }).invocationId;
  };
  const accepted = new Map<string, string>();
  let [isLoading, sent] = [true, 0];
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (isLoading) {
        const name = `work-${sent++}`;
        accepted.set(name, await send(name));
      }
    }),
  );
  while (accepted.size < BEFORE) await pause(2);
  const before = new Map(accepted);
  const backup = join(directory, "backup");
  const { stdout } = await pawl(["backup", backup, "--admin-url", lost.admin]);
  assert.match(stdout, /pawl\.db: \d+ bytes/);
  isLoading = false;
  await load;
  await lost.process.stop("SIGKILL");

  await pawl(["restore", backup, "--base-dir", restored.directory]);
  await restored.process.start();
  for (const [name, id] of before) {
    const response = await fetch(`${restored.ingress}/restate/invocation/${id}/attach`);
    assert.equal(response.status, 200, name);
    const answer = (await response.json()) as { name: string; values: string[] };
    assert.deepEqual([answer.name, answer.values.length], [name, 10]);
  }
});

test("backup and identity send the token; without it they say so", async () => {
  const server = await prepareServer({ PAWL_ADMIN__AUTH_TOKENS: TOKEN });
  const directory = temporaryDirectory();
  after(async () => {
    await server.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  await server.process.start();
  const [backup, at] = [join(directory, "backup"), ["--admin-url", server.admin]];
  await assert.rejects(pawl(["backup", backup, ...at]), {
    code: 1,
    stderr: /answered 401: .*PAWL_AUTH_TOKEN/,
  });
  await pawl(["backup", backup, ...at], { PAWL_AUTH_TOKEN: TOKEN });
  await assert.rejects(pawl(["backup", backup, ...at]), { code: 1, stderr: /is there already/ });
  await assert.rejects(pawl(["restore", backup, "--base-dir", server.directory]), {
    code: 1,
    stderr: /is in use by another process/,
  });
  await assert.rejects(pawl(["identity", ...at], { RESTATE_AUTH_TOKEN: TOKEN }), {
    code: 1,
    stderr: /signs no requests: set worker\.invoker\.request-identity/,
  });
});
