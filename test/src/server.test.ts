import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pause, prepareEndpoint, prepareServer, type Restartable, type TestServer } from "./processes.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const WAIT_AT_MOST_MS = 15_000;

let server: TestServer;
let endpoint: { readonly process: Restartable; readonly uri: string };

before(async () => {
  server = await prepareServer({
    // Handlers that wait are suspended at once, so that tests need not.
    PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "100ms",
    PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "50ms",
  });
  endpoint = await prepareEndpoint("./everyday.endpoint.js");
  await endpoint.process.start();
  await server.process.start();
  await server.register(endpoint.uri);
});

after(async () => {
  await endpoint.process.stop("SIGKILL");
  await server.remove();
});

function call(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.ingress}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function send(path: string, body: unknown): Promise<string> {
  const response = await call(path, body);
  assert.equal(response.status, 202);
  return ((await response.json()) as { invocationId: string }).invocationId;
}

interface Described {
  readonly status: string;
  readonly target: string;
  readonly retry_count: number;
  readonly last_failure: string | null;
  readonly completion_failure: string | null;
  readonly journal: readonly { readonly entry_type: string; readonly name: string | null }[];
}

async function describe(id: string): Promise<Described> {
  const response = await fetch(`${server.admin}/invocations/${id}`);
  assert.equal(response.status, 200);
  return (await response.json()) as Described;
}

async function until(id: string, isSo: (described: Described) => boolean): Promise<Described> {
  const deadline = Date.now() + WAIT_AT_MOST_MS;
  for (;;) {
    const described = await describe(id);
    if (isSo(described)) return described;
    assert.ok(Date.now() < deadline, `still ${JSON.stringify(described)}`);
    await pause(20);
  }
}

function outcome(id: string): Promise<Response> {
  return fetch(`${server.ingress}/restate/invocation/${id}/attach`);
}

function act(id: string, action: string): Promise<Response> {
  return fetch(`${server.admin}/invocations/${id}/${action}`, { method: "PATCH" });
}

async function restart(): Promise<void> {
  await server.process.stop("SIGKILL");
  await server.process.start();
}

test("a service and an object answer, and the object keeps its state over a restart", async () => {
  assert.equal(await (await call("/Worker/echo", "hi")).json(), "hi");
  assert.equal(await (await call("/Counter/a/add", 2)).json(), 2);
  await restart();
  assert.equal(await (await call("/Counter/a/add", 3)).json(), 5);
  assert.equal(await (await call("/Counter/a/get", null)).json(), 5);
});

test("calls of one key are done one after the other, none is lost", async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => call("/Counter/many/add", 1)));
  const values = (await Promise.all(answers.map((answer) => answer.json()))) as number[];
  assert.deepEqual(
    values.sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
});

test("a delayed call is sent after a restart", async () => {
  const id = await send("/Worker/echo/send?delay=1500ms", "late");
  assert.equal((await describe(id)).status, "scheduled");
  await restart();
  assert.equal(await (await outcome(id)).json(), "late");
});

test("a handler that sleeps is suspended, and wakes after a restart", async () => {
  const id = await send("/Worker/nap/send", 2_000);
  await until(id, ({ status }) => status === "suspended");
  await restart();
  assert.equal(await (await outcome(id)).json(), "rested");
});

test("a cancelled handler sees it where it waits; a killed one ends where it is", async () => {
  const cancelled = await send("/Worker/wait/send", null);
  await until(cancelled, ({ status }) => status === "suspended");
  assert.equal((await act(cancelled, "cancel")).status, 202);
  assert.equal((await outcome(cancelled)).status, 409);
  const killed = await send("/Worker/wait/send", null);
  assert.equal((await act(killed, "kill")).status, 200);
  assert.equal((await outcome(killed)).status, 409);
  assert.equal((await describe(killed)).completion_failure, "[409] killed");
  assert.equal((await act(killed, "kill")).status, 409);
  const deleted = await send("/Worker/wait/send", null);
  assert.equal((await fetch(`${server.admin}/invocations/${deleted}`, { method: "DELETE" })).status, 202);
  assert.equal((await outcome(deleted)).status, 409);
});

const hasEntry =
  (type: string) =>
  ({ journal }: Described): boolean =>
    journal.some((entry) => entry.entry_type === type);

test("a pause lets the step under way come to its end, and the resumed handler goes on behind it", async () => {
  const id = await send("/Worker/slow/send", 1_500);
  await until(id, hasEntry("Command: Run"));
  assert.equal((await act(id, "pause")).status, 202);
  const paused = await until(id, ({ status }) => status !== "running");
  assert.equal(paused.status, "paused");
  assert.ok(hasEntry("Notification: Run")(paused), JSON.stringify(paused.journal));
  assert.equal((await act(id, "resume")).status, 200);
  assert.equal(await (await outcome(id)).json(), "done");
});

test("a pause that was promised happens, even if the server is killed before the step is over", async () => {
  const id = await send("/Worker/slow/send", 600_000);
  await until(id, hasEntry("Command: Run"));
  assert.equal((await act(id, "pause")).status, 202);
  await restart();
  assert.equal((await describe(id)).status, "paused");
  assert.equal((await act(id, "kill")).status, 200);
});

test("an invocation that fails again and again says why, and ends when it is killed", async () => {
  const id = await send("/Worker/broken/send", null);
  const described = await until(id, ({ retry_count }) => retry_count >= 2);
  assert.equal(described.target, "Worker/broken");
  assert.match(described.last_failure ?? "", /not today/);
  assert.deepEqual(
    described.journal.map((entry) => entry.entry_type),
    ["Command: Input"],
  );
  assert.equal((await act(id, "kill")).status, 200);
});

test("the deployment is listed, described and removed; its services go with it", async () => {
  const list = (await (await fetch(`${server.admin}/deployments`)).json()) as {
    deployments: { id: string }[];
  };
  assert.equal(list.deployments.length, 1);
  const id = list.deployments[0]?.id as string;
  const one = (await (await fetch(`${server.admin}/deployments/${id}`)).json()) as {
    services: { name: string }[];
  };
  assert.deepEqual(one.services.map((service) => service.name).sort(), ["Counter", "Worker"]);
  const remove = (query: string) => fetch(`${server.admin}/deployments/${id}${query}`, { method: "DELETE" });
  assert.equal((await remove("")).status, 501);
  assert.equal((await remove("?force=true")).status, 202);
  assert.equal((await call("/Worker/echo", "hi")).status, 404);
  await server.register(endpoint.uri);
  assert.equal((await call("/Worker/echo", "hi")).status, 200);
});

test("a second server on the same data is refused, with a reason", () => {
  const second = spawnSync(
    process.execPath,
    ["packages/cli/bin/pawl.js", "server", "--base-dir", server.directory],
    {
      cwd: root,
      env: {
        ...process.env,
        PAWL_INGRESS__BIND_ADDRESS: "127.0.0.1:0",
        PAWL_ADMIN__BIND_ADDRESS: "127.0.0.1:0",
      },
      timeout: WAIT_AT_MOST_MS,
      encoding: "utf8",
    },
  );
  assert.equal(second.status, 1);
  assert.match(second.stderr, /in use/);
});

test("SIGTERM answers what is under way and exits with 0", async () => {
  const answer = call("/Worker/slow", 600);
  await pause(150);
  const code = server.process.stop("SIGTERM");
  assert.equal(await (await answer).json(), "done");
  assert.equal(await code, 0);
  await server.process.start();
  assert.equal(await (await call("/Worker/echo", "again")).json(), "again");
});
