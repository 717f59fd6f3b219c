import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { ServiceError } from "@grpc/grpc-js";
import { Greeter } from "../generated/es/org/example/greeter_pb.js";
import { Guestbook } from "../generated/es/org/example/tour_pb.js";
import { Reflection, type ReflectionVersion } from "../reflection.js";
import { EXAMPLE, SERVICES, World } from "./world.js";

const BUILTIN = [
  "dev.restate.Awakeables",
  "dev.restate.Ingress",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

let world: World;
before(async () => {
  world = await World.start({}, EXAMPLE, SERVICES);
});
after(() => world?.stop());

const TRANSPORTS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect with JSON": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect with Protobuf": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
  "gRPC-web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-web over HTTP/2": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
};

for (const [name, open] of Object.entries(TRANSPORTS)) {
  test(`A12 a call with connect-node: ${name}`, async () => {
    const { greeting } = await createClient(Greeter, open(world.server.ingress)).greet({ name: "Pete" });
    assert.equal(greeting, "Hello Pete");
  });

  test(`A12 an error with connect-node: ${name}`, async () => {
    await world.admin("PATCH", "/services/org.example.Greeter", { public: false });
    const call = createClient(Greeter, open(world.server.ingress)).greet({ name: "Pete" });
    const error = await call.then(() => undefined, ConnectError.from);
    await world.admin("PATCH", "/services/org.example.Greeter", { public: true });
    assert.equal(error?.code, Code.PermissionDenied);
    assert.equal(error?.rawMessage, "Service org.example.Greeter is not accessible");
  });

  test(`A12 an idempotency key with connect-node: ${name}`, async () => {
    const guestbook = createClient(Guestbook, open(world.server.ingress));
    const headers = { "idempotency-key": "one visit" };
    const guest = { name: `guest over ${name}` };
    const visits = [await guestbook.sign(guest, { headers }), await guestbook.sign(guest, { headers })];
    assert.deepEqual(
      visits.map(({ count }) => count),
      [1, 1],
    );
    assert.equal((await guestbook.sign(guest)).count, 2);
  });
}

test("A12 gRPC with grpc-js: an answer, and the handler's error with its code and message", async () => {
  const reflection = new Reflection(world.server.ingress, "v1");
  assert.deepEqual(await reflection.call("org.example.Greeter", "Greet", { name: "Pete" }), {
    greeting: "Hello Pete",
  });
  const refusal = { name: world.name(), code: 9, reason: "too early" };
  const error = await reflection.call("acceptance.Worker", "Refuse", refusal).then(
    () => undefined,
    (error: ServiceError) => error,
  );
  assert.deepEqual([error?.code, error?.details], [9, "too early"]);
});

test("A12 gRPC-web as text: base64 of the answer and of the trailers", async () => {
  const frame = Buffer.from("0000000006" + "0a0450657465", "hex");
  const { status, headers, text } = await world.fetch("/org.example.Greeter/Greet", {
    method: "POST",
    headers: { "content-type": "application/grpc-web-text" },
    body: frame.toString("base64"),
  });
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/grpc-web-text/);
  // Base64 texts may follow each other, each with padding of its own.
  const decoded = Buffer.concat(
    (text.match(/[^=]+=*/g) ?? []).map((part) => Buffer.from(part, "base64")),
  ).toString("latin1");
  assert.match(decoded, /Hello Pete/);
  assert.match(decoded, /grpc-status: ?0/);
});

for (const version of ["v1", "v1alpha"] satisfies ReflectionVersion[]) {
  test(`A13 reflection ${version} lists and describes public services and those of the server`, async () => {
    const reflection = new Reflection(world.server.ingress, version);
    const list = await reflection.list();
    for (const service of [...BUILTIN, "org.example.Greeter", "acceptance.Account"]) {
      assert.ok(list.includes(service), service);
      assert.ok((await reflection.describe(service)).length > 0, service);
    }
    assert.deepEqual(await reflection.describe("acceptance.Account"), [
      "Count(acceptance.Entry) returns (acceptance.Counted)",
      "Stumble(acceptance.Entry) returns (acceptance.Counted)",
    ]);
  });
}

test("A14 health of the server, of a public, a private and an unknown service", async () => {
  const check = async (service: string) => {
    const { status, text } = await world.call("grpc.health.v1.Health/Check", { service });
    return [status, JSON.parse(text) as unknown];
  };
  assert.deepEqual(await check(""), [200, { status: "SERVING" }]);
  assert.deepEqual(await check("acceptance.Ledger"), [200, { status: "SERVING" }]);
  await world.admin("PATCH", "/services/acceptance.Ledger", { public: false });
  assert.deepEqual(await check("acceptance.Ledger"), [200, { status: "NOT_SERVING" }]);
  const [status, error] = await check("no.Such");
  assert.deepEqual([status, (error as { code: string }).code], [404, "not_found"]);
  const reflection = new Reflection(world.server.ingress, "v1");
  assert.deepEqual(await reflection.call("grpc.health.v1.Health", "Check", {}), { status: "SERVING" });
});
