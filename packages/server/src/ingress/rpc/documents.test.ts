/** The commands of the four documents as curl would send them. Source: seeds/000 to 003. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TestIngress } from "../ingress.test.kit.js";
import { called, openRpcIngress, plainInputs } from "./rpc.test.kit.js";

let ingress: TestIngress;
before(async () => {
  ingress = await openRpcIngress();
});
after(() => ingress.close());

/** `curl -X POST <url> -H 'content-type: application/json' -H ... -d <body>` */
async function curl(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${ingress.url}${path}`, {
    method: "POST",
    headers: { accept: "*/*", "user-agent": "curl/7.88.1", "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const GREET = "/org.example.Greeter/Greet";
const times = () => ingress.calls.get("org.example.Greeter/Greet") ?? 0;

test("002, 003: a call over HTTP", async () => {
  const { status, headers, text } = await curl(GREET, '{"name": "Pete"}');
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(text, '{"greeting":"Hello Pete"}');
});

for (const [document, argument] of [
  ["002", "payload"],
  ["003", "argument"],
] as const) {
  test(`${document}: Invoke with "${argument}" answers with the id of an invocation that runs once`, async () => {
    const before = times();
    const body = `{"service": "org.example.Greeter", "method": "Greet", "${argument}": {"name": "Pete"}}`;
    const { status, headers, text } = await curl("/dev.restate.Ingress/Invoke", body);
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "application/json");
    assert.match(text, /^\{"id":"inv_1\w+"\}$/);
    const { id } = JSON.parse(text) as { id: string };
    const output = await fetch(`${ingress.url}/restate/invocation/${id}/attach`);
    assert.match(await output.text(), /Hello Pete/);
    assert.equal(times(), before + 1);
  });
}

test("003: Invoke does not wait for a workflow that takes long", async () => {
  const { text } = await curl(
    "/dev.restate.Ingress/Invoke",
    '{"service":"org.example.Greeter","method":"Wait"}',
  );
  const { id } = JSON.parse(text) as { id: string };
  assert.equal((await fetch(`${ingress.url}/restate/invocation/${id}/output`)).status, 470);
});

test("003: one idempotency key, one execution, for 30 minutes after it completed", async () => {
  const before = times();
  const call = () => curl(GREET, '{"name": "Pete"}', { "idempotency-key": "documented" });
  const first = await call();
  const second = await call();
  assert.equal(second.text, first.text);
  assert.equal(second.headers.get("x-restate-id"), first.headers.get("x-restate-id"));
  assert.equal(times(), before + 1);
  const keptForMs = Date.parse(second.headers.get("idempotency-expires") ?? "") - Date.now();
  assert.ok(Math.abs(keptForMs - 30 * 60_000) < 10_000, String(keptForMs));
});

test("003: idempotency-retention-period: seconds; afterwards the call is made again", async () => {
  const before = times();
  const headers = { "idempotency-key": "short", "idempotency-retention-period": "1" };
  await curl(GREET, '{"name": "Pete"}', headers);
  await curl(GREET, '{"name": "Pete"}', headers);
  assert.equal(times(), before + 1);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await curl(GREET, '{"name": "Pete"}', headers);
  assert.equal(times(), before + 2);
});

test("a terminal failure is kept like an answer", async () => {
  const headers = { "idempotency-key": "failing" };
  const call = () => curl("/org.example.Greeter/Fail", '{"name": "404 gone"}', headers);
  const [first, second] = [await call(), await call()];
  assert.deepEqual([first.status, second.status], [404, 404]);
  assert.equal(second.text, first.text);
  assert.equal(ingress.calls.get("org.example.Greeter/Fail"), 1);
  assert.ok(second.headers.get("idempotency-expires"));
});

test("calls at the same time with one key are one execution, and all are answered", async () => {
  const before = times();
  const call = () => curl(GREET, '{"name": "Pete"}', { "idempotency-key": "together" });
  const answers = await Promise.all([call(), call(), call()]);
  for (const { text } of answers) assert.equal(text, '{"greeting":"Hello Pete"}');
  assert.equal(times(), before + 1);
});

test("Invoke of a JSON service gives it the argument as it was", async () => {
  for (const argument of [{ big: 1.5, list: [1] }, "Pete", 7, [null]]) {
    const body = JSON.stringify({ service: "Plain", method: "greet", argument });
    const before = ingress.calls.get("Plain/greet") ?? 0;
    const { status } = await curl("/dev.restate.Ingress/Invoke", body);
    assert.equal(status, 200);
    await called(ingress, "Plain/greet", before + 1);
    assert.deepEqual(plainInputs.get("Plain/greet"), argument);
  }
});

for (const name of ["argument", "payload"]) {
  test(`the key of a keyed service comes from Invoke's "${name}"`, async () => {
    const body = JSON.stringify({
      service: "org.example.Counter",
      method: "Add",
      [name]: { counter: "mine" },
    });
    await curl("/dev.restate.Ingress/Invoke", body, { "idempotency-key": name });
    const path = `/restate/invocation/org.example.Counter/mine/Add/${name}/attach`;
    assert.equal((await fetch(`${ingress.url}${path}`)).status, 200);
  });
}

test("Invoke with an idempotency key starts one invocation", async () => {
  const body = '{"service":"org.example.Greeter","method":"Greet","argument":{"name":"Pete"}}';
  const call = () => curl("/dev.restate.Ingress/Invoke", body, { "idempotency-key": "invoke" });
  assert.equal((await call()).text, (await call()).text);
});

const refused: readonly (readonly [
  what: string,
  body: string,
  status: number,
  code: string,
  message: RegExp,
])[] = [
  ["an unknown service", '{"service":"a.B","method":"C"}', 404, "not_found", /^Service 'a.B' not found/],
  [
    "an unknown method",
    '{"service":"org.example.Greeter","method":"C"}',
    404,
    "not_found",
    /Greeter\/C' not found/,
  ],
  [
    "an argument that does not fit",
    '{"service":"org.example.Greeter","method":"Greet","argument":{"nam":1}}',
    400,
    "failed_precondition",
    /does not fit org.example.Greeter\/Greet: .*"nam" is unknown/,
  ],
  [
    "two arguments",
    '{"service":"org.example.Greeter","method":"Greet","argument":{},"payload":{}}',
    400,
    "invalid_argument",
    /'argument' and 'payload'/,
  ],
  [
    "an unknown field",
    '{"service":"org.example.Greeter","method":"Greet","arguments":{}}',
    400,
    "invalid_argument",
    /"arguments" is unknown/,
  ],
  [
    "an object without a key",
    '{"service":"PlainObject","method":"set","argument":1}',
    400,
    "invalid_argument",
    /say which one with "key"/,
  ],
  [
    "a key for what has none",
    '{"service":"Plain","method":"greet","key":"k"}',
    400,
    "invalid_argument",
    /leave out "key"/,
  ],
  ["no object", "[]", 400, "invalid_argument", /Error when parsing request/],
];
for (const [what, body, status, code, message] of refused) {
  test(`Invoke: ${what} is ${code}`, async () => {
    const answer = await curl("/dev.restate.Ingress/Invoke", body);
    const error = JSON.parse(answer.text) as { code: string; message: string };
    assert.deepEqual([answer.status, error.code], [status, code]);
    assert.match(error.message, message);
  });
}

test("awakeables over curl: both spellings of the field, and a rejection with its reason", async () => {
  const { formatAwakeableId, parseInvocationId } = await import("@pawl/protocol");
  const start = async () => {
    const { text } = await curl("/dev.restate.Ingress/Invoke", '{"service":"Plain","method":"wait"}');
    const { id } = JSON.parse(text) as { id: string };
    return { id, awakeable: formatAwakeableId(parseInvocationId(id), 17) };
  };
  for (const field of ["json_result", "jsonResult"]) {
    const { id, awakeable } = await start();
    const body = `{"id": "${awakeable}", "${field}": {"hello": "world"}}`;
    const { status, text } = await curl("/dev.restate.Awakeables/Resolve", body);
    assert.deepEqual([status, text], [200, "{}"]);
    const output = await fetch(`${ingress.url}/restate/invocation/${id}/attach`);
    assert.equal(await output.text(), '{"hello":"world"}');
  }
  const { id, awakeable } = await start();
  await curl("/dev.restate.Awakeables/Reject", `{"id": "${awakeable}", "reason": "Very bad error!"}`);
  const output = await fetch(`${ingress.url}/restate/invocation/${id}/attach`);
  assert.equal(output.status, 500);
  assert.match(await output.text(), /Very bad error!/);
});

test("health over curl", async () => {
  assert.equal((await curl("/grpc.health.v1.Health/Check", "{}")).text, '{"status":"SERVING"}');
  const unknown = await curl("/grpc.health.v1.Health/Check", '{"service":"no.Such"}');
  assert.equal(unknown.status, 404);
});
