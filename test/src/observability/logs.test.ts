import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pause, prepareEndpoint, prepareServer } from "../processes.js";

type Line = Readonly<Record<string, unknown>>;

const POLL_MS = 20;
const SAID_WITHIN_MS = 10_000;

async function start(env: NodeJS.ProcessEnv) {
  const server = await prepareServer({ PAWL_LOG_FORMAT: "json", ...env });
  const endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
  after(async () => {
    await server.remove();
    await endpoint.process.stop("SIGKILL");
  });
  await endpoint.process.start();
  await server.process.start();
  await server.register(endpoint.uri);
  const lines = (): Line[] =>
    server.process.output
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as Line);
  return { server, endpoint, lines };
}

async function said(lines: () => Line[], message: RegExp): Promise<Line> {
  const deadline = Date.now() + SAID_WITHIN_MS;
  for (;;) {
    const found = lines().find((line) => message.test(String(line.message)));
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, `nobody said ${message} in\n${JSON.stringify(lines(), null, 2)}`);
    await pause(POLL_MS);
  }
}

test("each event of an invocation is a line with its id; payloads are not in it", async () => {
  const { server, endpoint, lines } = await start({
    PAWL_LOG_FILTER: "info,node=debug,invoker=debug",
    PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms",
  });
  await said(lines, /the server is running/);
  const registered = await said(lines, /deployment registered/);
  assert.equal(registered.services, "Callee, Caller, Box");
  const response = await fetch(`${server.ingress}/Box/k/put`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '"confidential"',
  });
  const id = response.headers.get("x-restate-id");
  const executing = await said(lines, /executing the invocation/);
  assert.equal(executing.module, "invoker");
  assert.equal(executing["restate.invocation.id"], id);
  assert.equal(executing["restate.invocation.target"], "Box/k/put");
  assert.equal(executing["rpc.service"], "Box");
  assert.equal(executing["http.url"], `${endpoint.uri}/invoke/Box/put`);
  assert.equal((await said(lines, /invocation created/))["restate.invocation.id"], id);
  const completed = await said(lines, /invocation completed/);
  assert.equal(completed["restate.invocation.result"], "Success");
  assert.doesNotMatch(server.process.output, /confidential/);

  await (await fetch(`${server.ingress}/Caller/flaky`, { method: "POST" })).text();
  const failed = await said(lines, /an attempt failed: .*not yet/);
  assert.equal(failed.level, "warn");
  assert.equal(failed["restate.next"], "retry");
  assert.match(String(failed["restate.invocation.id"]), /^inv_1/);
});

test("at the usual level invocations that get on say nothing", async () => {
  const { server, lines } = await start({});
  await (await fetch(`${server.ingress}/Callee/answer`, { method: "POST" })).text();
  assert.equal(await server.process.stop("SIGTERM"), 0);
  await said(lines, /the server stops/);
  assert.deepEqual(
    lines().map(({ message }) => message),
    ["the server is running", "deployment registered", "the server stops"],
  );
});

test("payloads are shown where that is asked for", async () => {
  const { server, lines } = await start({ RUST_LOG: "debug", PAWL_LOG_PAYLOADS: "true" });
  await (
    await fetch(`${server.ingress}/Caller/wait/send`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"the input"',
    })
  ).text();
  const created = await said(lines, /invocation created/);
  assert.equal(created["restate.invocation.input"], '"the input"');
});
