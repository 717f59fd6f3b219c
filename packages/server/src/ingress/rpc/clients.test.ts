/** The same promises over every protocol, shown with the clients that people use. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { formatAwakeableId, parseAwakeableId, parseInvocationId } from "@pawl/protocol";
import { fixtureService, fixtureSet } from "../../protobuf/fixtures.test.kit.js";
import { Awakeables, Ingress } from "../../protobuf/gen/dev/restate/services_pb.js";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../protobuf/gen/grpc/health/v1/health_pb.js";
import type { TestIngress } from "../ingress.test.kit.js";
import { type CallResult, openClients, type TestClient } from "./clients.test.kit.js";
import { called, openRpcIngress, plainInputs, setHandlerPublic, setPublic } from "./rpc.test.kit.js";

const greeter = fixtureService("org.example.Greeter");
const counter = fixtureService("org.example.Counter");
const awakeableSignal = 17;

let ingress: TestIngress;
let clients: TestClient[];
before(async () => {
  ingress = await openRpcIngress();
  clients = openClients(ingress.url);
});
after(async () => {
  for (const client of clients) client.close();
  await ingress.close();
});

/** One test for each client, which are there once the tests run. */
function overEach(what: string, run: (client: TestClient) => Promise<void>): void {
  test(what, async (t) => {
    for (const client of clients) await t.test(client.name, () => run(client));
  });
}

async function refusal(call: Promise<CallResult>): Promise<ConnectError> {
  const error = await call.then(
    () => assert.fail("it was not refused"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ConnectError, String(error));
  return error;
}

overEach("a call is answered", async (client) => {
  const { answer, metadata } = await client.call(greeter, "Greet", { name: "Pete" });
  assert.equal(answer.greeting, "Hello Pete");
  assert.match(metadata.get("x-restate-id") ?? "", /^inv_1/);
});

overEach("messages of all kinds arrive as they left", async (client) => {
  const request = {
    big: -5n,
    unsignedBig: 2n ** 63n,
    data: new Uint8Array([1, 2]),
    numbers: [1, 2],
    maybe: "",
  };
  const { answer } = await client.call(greeter, "Echo", request);
  assert.equal(answer.big, -5n);
  assert.equal(answer.unsignedBig, 2n ** 63n);
  assert.deepEqual([...(answer.data as Uint8Array)], [1, 2]);
  assert.deepEqual(answer.numbers, [1, 2]);
  assert.equal(answer.maybe, "");
});

/** Whether the invocation with this idempotency key is one of this key. */
async function isOfKey(key: string, idempotencyKey: string): Promise<boolean> {
  const path = ["org.example.Counter", key, "Add", idempotencyKey].map(encodeURIComponent).join("/");
  return (await fetch(`${ingress.url}/restate/invocation/${path}/attach`)).status === 200;
}

overEach("the key comes from the request", async (client) => {
  const headers = { "idempotency-key": `key ${client.name}` };
  const { answer } = await client.call(counter, "Add", { counter: "ключ", value: 2n }, { headers });
  assert.deepEqual([answer.key, answer.value], ["ключ", 2n]);
  assert.ok(await isOfKey("ключ", headers["idempotency-key"]));
});

overEach("the key comes from the argument of Invoke, however that is written", async (client) => {
  const target = { service: "org.example.Counter", method: "Add" };
  for (const argument of [
    { case: "json", value: { counter: "Pete" } },
    { case: "pb", value: Buffer.from("0a0450657465", "hex") },
  ]) {
    const headers = { "idempotency-key": `invoked ${argument.case} ${client.name}` };
    await client.call(Ingress, "Invoke", { ...target, content: argument }, { headers });
    assert.ok(await isOfKey("Pete", headers["idempotency-key"]));
  }
});

overEach("a failure arrives with its code and its words", async (client) => {
  const error = await refusal(client.call(greeter, "Fail", { name: "404 nö: 100% \n gone" }));
  assert.equal(error.code, Code.NotFound);
  assert.equal(error.rawMessage, "nö: 100% \n gone");
  const chosen = await refusal(client.call(greeter, "Fail", { name: "500:6 twice" }));
  assert.equal(chosen.code, Code.AlreadyExists);
});

overEach("what a failure says beside its words arrives as metadata", async (client) => {
  const { code, rawMessage, metadata } = await refusal(
    client.call(greeter, "Fail", { name: "404:5 explained" }),
  );
  assert.deepEqual([code, rawMessage], [Code.NotFound, "explained"]);
  assert.equal(metadata.get("reason"), "out of stock");
  assert.equal(textOf(metadata.get("city-bin")), "Köln");
  assert.equal(textOf(metadata.get("trace-bin")), "raw");
  for (const name of ["city", "long", "no name"]) assert.ok(![...metadata.keys()].includes(name), name);
});

/** Some clients decode what is called -bin, others leave that to their users. */
function textOf(value: string | null): string | null {
  const decoded = Buffer.from(value ?? "", "base64").toString();
  return Buffer.from(decoded).toString("base64").replace(/=+$/, "") === value ? decoded : value;
}

overEach("many words are cut where they are no part of a body", async (client) => {
  const { code, rawMessage } = await refusal(client.call(greeter, "Fail", { name: "404 at length" }));
  assert.equal(code, Code.NotFound);
  assert.match(rawMessage, /^ä{500}/);
});

overEach("a private service is refused", async (client) => {
  setPublic(ingress, "org.example.Counter", false);
  try {
    const error = await refusal(client.call(counter, "Add", {}));
    assert.equal(error.code, Code.PermissionDenied);
    assert.equal(error.rawMessage, "Service org.example.Counter is not accessible");
    const invoked = client.call(Ingress, "Invoke", { service: "org.example.Counter", method: "Add" });
    assert.equal((await refusal(invoked)).code, Code.PermissionDenied);
  } finally {
    setPublic(ingress, "org.example.Counter", true);
  }
});

overEach("a private handler of a public service is refused", async (client) => {
  setHandlerPublic(ingress, "org.example.Counter", "Add", false);
  try {
    const calls = [
      client.call(counter, "Add", {}),
      client.call(Ingress, "Invoke", { service: "org.example.Counter", method: "Add" }),
    ];
    for (const call of calls) {
      const error = await refusal(call);
      assert.equal(error.code, Code.PermissionDenied);
      assert.equal(error.rawMessage, "Service org.example.Counter/Add is not accessible");
    }
  } finally {
    setHandlerPublic(ingress, "org.example.Counter", "Add", true);
  }
});

overEach("a deadline ends the wait, not the invocation", async (client) => {
  const waits = () => ingress.calls.get("org.example.Greeter/Wait") ?? 0;
  const before = waits();
  const key = `deadline ${client.name}`;
  const headers = { "idempotency-key": key };
  // On a busy machine a deadline may be over before the server hears of the call.
  while (waits() === before) {
    const error = await refusal(client.call(greeter, "Wait", {}, { timeoutMs: 60, headers }));
    assert.equal(error.code, Code.DeadlineExceeded);
  }
  assert.equal(waits(), before + 1);
  const output = `${ingress.url}/restate/invocation/org.example.Greeter/Wait/${encodeURIComponent(key)}/output`;
  assert.equal((await fetch(output)).status, 470);
});

overEach("a client that goes away leaves the invocation alone, and its place to others", async (client) => {
  const before = ingress.calls.get("org.example.Greeter/Wait") ?? 0;
  const leaving = new AbortController();
  const call = refusal(client.call(greeter, "Wait", {}, { signal: leaving.signal }));
  await called(ingress, "org.example.Greeter/Wait", before + 1);
  leaving.abort();
  assert.equal((await call).code, Code.Canceled);
});

overEach("one idempotency key is one execution, with one answer", async (client) => {
  const before = ingress.calls.get("org.example.Greeter/Greet") ?? 0;
  const headers = { "idempotency-key": `once ${client.name}`, "idempotency-retention-period": "60" };
  const first = await client.call(greeter, "Greet", { name: "Once" }, { headers });
  const again = await client.call(greeter, "Greet", { name: "Once" }, { headers });
  assert.equal(again.answer.greeting, "Hello Once");
  assert.equal(again.metadata.get("x-restate-id"), first.metadata.get("x-restate-id"));
  assert.equal(ingress.calls.get("org.example.Greeter/Greet"), before + 1);
  for (const { metadata } of [first, again]) {
    const keptForMs = Date.parse(metadata.get("idempotency-expires") ?? "") - Date.now();
    assert.ok(keptForMs > 50_000 && keptForMs <= 60_000, String(keptForMs));
  }
});

overEach("Invoke answers at once with the id, and the target runs", async (client) => {
  const target = { service: "org.example.Greeter", method: "Greet" };
  for (const argument of [
    { case: "json", value: { name: "Pete" } },
    { case: "pb", value: Buffer.from("0a0450657465", "hex") },
  ]) {
    const { answer } = await client.call(Ingress, "Invoke", { ...target, content: argument });
    const output = await fetch(`${ingress.url}/restate/invocation/${answer.id}/attach`);
    assert.match(await output.text(), /Hello Pete/);
  }
  const json = { content: { case: "json", value: { a: 1 } } };
  await client.call(Ingress, "Invoke", { service: "PlainObject", method: "set", key: "k", ...json });
  await called(ingress, "PlainObject/set", 1);
  assert.deepEqual(plainInputs.get("PlainObject/set"), { a: 1 });
});

overEach("awakeables are resolved and rejected", async (client) => {
  const { answer } = await client.call(Ingress, "Invoke", { service: "Plain", method: "wait" });
  const id = formatAwakeableId(parseInvocationId(answer.id as string), awakeableSignal);
  assert.equal(parseAwakeableId(id).signalIndex, awakeableSignal);
  const result = { case: "jsonResult", value: { kind: { case: "stringValue", value: "yes" } } };
  await client.call(Awakeables, "Resolve", { id, result });
  const output = await fetch(`${ingress.url}/restate/invocation/${answer.id}/attach`);
  assert.equal(await output.text(), '"yes"');
  const missing = await refusal(client.call(Awakeables, "Resolve", { id }));
  assert.deepEqual([missing.code, /non-empty/.test(missing.rawMessage)], [Code.InvalidArgument, true]);
  const bad = await refusal(client.call(Awakeables, "Reject", { id: "nope", reason: "x" }));
  assert.equal(bad.code, Code.InvalidArgument);
});

overEach("health says what is served", async (client) => {
  const statusOf = async (service: string) => (await client.call(Health, "Check", { service })).answer.status;
  assert.equal(await statusOf(""), Status.SERVING);
  assert.equal(await statusOf("org.example.Greeter"), Status.SERVING);
  assert.equal(await statusOf("dev.restate.Ingress"), Status.SERVING);
  assert.equal((await refusal(client.call(Health, "Check", { service: "no.Such" }))).code, Code.NotFound);
  setPublic(ingress, "org.example.Clock", false);
  try {
    assert.equal(await statusOf("org.example.Clock"), Status.NOT_SERVING);
  } finally {
    setPublic(ingress, "org.example.Clock", true);
  }
});

overEach("what is too large is refused as such", async (client) => {
  const error = await refusal(client.call(greeter, "Greet", { name: "x".repeat(20_000) }));
  assert.equal(error.code, Code.ResourceExhausted);
  assert.match(error.rawMessage, /larger than \d+ bytes: send less/);
});

overEach("an unknown service and an unknown method are not found", async (client) => {
  const nobody = await refusal(client.call(renamed("Nobody", "Greet"), "Greet", {}));
  assert.equal(nobody.code, Code.NotFound);
  assert.match(nobody.rawMessage, /^Service 'org.example.Nobody' not found/);
  const nothing = await refusal(client.call(renamed("Greeter", "Nope"), "Nope", {}));
  assert.equal(nothing.code, Code.NotFound);
  assert.match(nothing.rawMessage, /^Service method 'org.example.Greeter\/Nope' not found/);
});

/** The fixture's first service and its first method, by other names. */
function renamed(service: string, method: string): DescService {
  const set = fixtureSet();
  const first = set.file.find(({ name }) => name.endsWith("greeter.proto"))?.service[0];
  assert.ok(first?.method[0]);
  first.name = service;
  first.method[0].name = method;
  return createFileRegistry(set).getService(`org.example.${service}`) as DescService;
}
