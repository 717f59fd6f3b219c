/** Every curl command of the documents, as printed, against a server process and the example's process. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EXAMPLE, SERVICES, World } from "../acceptance/world.js";
import { GREETING, INVOCATION, INVOKING_SERVICES } from "./commands.js";
import { curl, HAS_CURL, type Printed } from "./curl.js";
import { type Substitutions, wordsOf } from "./shell.js";

const RETENTION_MS = 30 * 60_000;
const TOLERANCE_MS = 10_000;

let world: World;
before(async () => {
  world = await World.start({}, EXAMPLE, SERVICES);
});
after(() => world?.stop());

/** Runs a command of the documents with this server's addresses in place of the documents'. */
async function paste(
  line: string,
  more: Substitutions = {},
  options: readonly string[] = [],
): Promise<Printed> {
  const { ingress, admin } = world.server;
  const host = (url: string) => new URL(url).host;
  const substitutions = {
    "<your-restate-runtime-host-port>": host(ingress),
    "<restate-runtime-host-port>": host(ingress),
    "<RESTATE_META_ENDPOINT>": admin,
    "localhost:9070": host(admin),
    ...more,
  };
  return await curl(wordsOf(line, substitutions), options);
}

function assertGreeted({ status, headers, body }: Printed): void {
  assert.deepEqual([status, headers.get("content-type"), body], [200, "application/json", GREETING]);
}

for (const [document, { greet }] of [
  ["Invoking services", INVOKING_SERVICES],
  ["Invocation", INVOCATION],
] as const) {
  test(`${document}: a call over HTTP`, async () => {
    assertGreeted(await paste(greet));
  });

  test(`${document}: the same over HTTP/2`, { skip: !HAS_CURL && "there is no curl" }, async () => {
    assertGreeted(await paste(greet, {}, ["--http2-prior-knowledge"]));
  });
}

test("Invocation: one idempotency key, one execution, remembered for 30 minutes", async () => {
  const key = { "<idempotency-key>": "my-key" };
  const [first, second] = [await paste(INVOCATION.idempotent, key), await paste(INVOCATION.idempotent, key)];
  assertGreeted(first);
  assertGreeted(second);
  assert.ok(first.headers.get("x-restate-id"));
  assert.equal(second.headers.get("x-restate-id"), first.headers.get("x-restate-id"));
  const keptForMs = Date.parse(second.headers.get("idempotency-expires") ?? "") - Date.now();
  assert.ok(Math.abs(keptForMs - RETENTION_MS) < TOLERANCE_MS, `${keptForMs} ms`);
  const other = await paste(INVOCATION.idempotent, { "<idempotency-key>": "another" });
  assert.notEqual(other.headers.get("x-restate-id"), first.headers.get("x-restate-id"));
});

test("Invocation: the header idempotency-retention-period says for how many seconds", async () => {
  const key = { "<idempotency-key>": "my-short-key" };
  const { headers } = await paste(INVOCATION.idempotent, key, ["-H", "idempotency-retention-period: 300"]);
  const keptForMs = Date.parse(headers.get("idempotency-expires") ?? "") - Date.now();
  assert.ok(Math.abs(keptForMs - 300_000) < TOLERANCE_MS, `${keptForMs} ms`);
});

for (const [document, { invoke }] of [
  ["Invoking services", INVOKING_SERVICES],
  ["Invocation", INVOCATION],
] as const) {
  test(`${document}: a call without waiting for the response, and its identifier`, async () => {
    const { status, headers, body } = await paste(invoke);
    assert.deepEqual([status, headers.get("content-type")], [200, "application/json"]);
    const answer = JSON.parse(body) as { id: string };
    assert.deepEqual(Object.keys(answer), ["id"]);
    assert.match((await world.outcome(answer.id)).text, /Hello Pete/);
  });
}

test("Invocation: a private service is for other services only, until it is public again", async () => {
  const name = { "<SERVICE_NAME>": "org.example.Greeter" };
  const made = await paste(INVOCATION.makePrivate, name);
  assert.deepEqual([made.status, (JSON.parse(made.body) as { public: boolean }).public], [200, false]);
  const refused = await paste(INVOCATION.greet);
  assert.equal(refused.status, 403);
  assert.match(refused.body, /"permission_denied".*Service org.example.Greeter is not accessible/);
  const through = await world.call("org.example.Tour/RequestResponse", { name: "Pete" });
  assert.equal(through.text, GREETING);
  const reverted = await paste(INVOCATION.makePrivate.replace("false", "true"), name);
  assert.deepEqual([reverted.status, (JSON.parse(reverted.body) as { public: boolean }).public], [200, true]);
  assertGreeted(await paste(INVOCATION.greet));
});

test("Invocation: the example of a private service", async () => {
  const ping = () => world.call("org.example.ExampleService/Ping", { text: "hi" });
  assert.equal((await ping()).status, 200);
  assert.equal((await paste(INVOCATION.makeExamplePrivate)).status, 200);
  assert.equal((await ping()).status, 403);
});

for (const [what, command, placeholder] of [
  ["an invocation is killed", INVOCATION.kill, "<INVOCATION_IDENTIFIER>"],
  ["the example of killing", INVOCATION.killExample, "T4pIkIJIGAsBiiGDV2dxK7PkkKnWyWHE"],
] as const) {
  test(`Invocation: ${what}`, async () => {
    const topic = world.name();
    const id = await world.invoke("acceptance.Worker/Stumble", { name: topic, repeats: 1_000_000 });
    await world.noted(topic);
    const { status } = await paste(command, { [placeholder]: id });
    assert.ok(status >= 200 && status < 300, String(status));
    const { status: outcome, text } = await world.outcome(id);
    assert.equal(outcome, 409);
    assert.match(text, /killed/);
  });
}

test("Invocation: an identifier of 2023 names nothing here, and the answer says so", async () => {
  const { status, body } = await paste(INVOCATION.killExample);
  assert.equal(status, 400);
  assert.match(body, /The request field 'invocation_id' is invalid/);
});

test("Service communication: a request-response call, a one-way call and a delayed call", async () => {
  const answers = [];
  for (const method of ["RequestResponse", "OneWay", "Delayed"]) {
    const { status, text } = await world.call(`org.example.Tour/${method}`, { name: "Pete" });
    answers.push([status, text]);
  }
  assert.deepEqual(answers, [
    [200, GREETING],
    [200, "{}"],
    [200, "{}"],
  ]);
});
