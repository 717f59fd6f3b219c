import assert from "node:assert/strict";
import { connect } from "node:http2";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { EXAMPLE, World } from "./world.js";

const GREET = "/org.example.Greeter/Greet";
const PETE = Buffer.from("0a0450657465", "hex");
const HELLO_PETE = Buffer.concat([Buffer.from("0a0a", "hex"), Buffer.from("Hello Pete")]);

let world: World;
before(async () => {
  world = await World.start({}, EXAMPLE);
});
after(() => world?.stop());

async function bytes(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

test("A1 a call with JSON", async () => {
  const { status, headers, text } = await world.call("org.example.Greeter/Greet", { name: "Pete" });
  assert.deepEqual(
    [status, headers.get("content-type"), text],
    [200, "application/json", '{"greeting":"Hello Pete"}'],
  );
});

test("A2 a call with Protobuf", async () => {
  const response = await fetch(world.server.ingress + GREET, {
    method: "POST",
    headers: { "content-type": "application/proto" },
    body: PETE,
  });
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "application/proto"]);
  assert.deepEqual(await bytes(response), HELLO_PETE);
});

test("A3 the same over HTTP/2 with prior knowledge", async () => {
  const session = connect(world.server.ingress);
  try {
    for (const [type, sent, expected] of [
      ["application/json", Buffer.from('{"name": "Pete"}'), Buffer.from('{"greeting":"Hello Pete"}')],
      ["application/proto", PETE, HELLO_PETE],
    ] as const) {
      const stream = session.request({ ":method": "POST", ":path": GREET, "content-type": type });
      const head = new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
      stream.end(sent);
      const { ":status": status, "content-type": answered } = await head;
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      assert.deepEqual([status, answered, Buffer.concat(chunks)], [200, type, expected]);
    }
  } finally {
    session.close();
  }
});

test("A4 a GET without a content type calls with the default message", async () => {
  const { status, headers, text } = await world.fetch(GREET);
  assert.deepEqual(
    [status, headers.get("content-type"), text],
    [200, "application/json", '{"greeting":"Hello "}'],
  );
});

for (const [what, options] of [
  ["PUT", { method: "PUT", headers: { "content-type": "application/json" } }],
  ["a POST without a content type", { method: "POST", headers: { "content-type": "" } }],
  ["a POST of YAML", { method: "POST", headers: { "content-type": "application/yaml" } }],
] as const) {
  test(`A5 ${what} is refused with 415 and nothing`, async () => {
    const { status, text } = await world.fetch(GREET, { ...options, body: Buffer.from("name: Pete") });
    assert.deepEqual([status, text], [415, ""]);
  });
}

test("A6 a path of three parts is refused: for gRPC-web in its words, for JSON in today's", async () => {
  assert.equal((await world.call("a/b/c", {})).status, 404);
  const { text } = await world.fetch("/a/b/c", {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto" },
    body: Buffer.from([0, 0, 0, 0, 0]),
  });
  assert.match(text, /grpc-status: 3/);
  assert.match(text, /Request path \/a\/b\/c invalid/);
});

for (const [row, path, message] of [
  [
    "A7 an unknown service",
    "no.Such/Method",
    "Service 'no.Such' not found. Check whether the deployment containing the service is registered.",
  ],
  [
    "A8 an unknown method",
    "org.example.Greeter/No",
    "Service method 'org.example.Greeter/No' not found. Check whether you've registered the correct version of your service.",
  ],
] as const) {
  test(`${row} is not_found`, async () => {
    const { status, headers, text } = await world.call(path, {});
    assert.deepEqual([status, headers.get("content-type")], [404, "application/json"]);
    assert.deepEqual(JSON.parse(text), { code: "not_found", message });
  });
}

test("A9 a field that is unknown is refused", async () => {
  const { status, text } = await world.call("org.example.Greeter/Greet", { nam: "Pete" });
  const { code, message } = JSON.parse(text) as { code: string; message: string };
  assert.deepEqual([status, code], [400, "invalid_argument"]);
  assert.match(message, /^Error when parsing request: .*nam/);
});

test("A10 a body may be gzip; another compression is unimplemented", async () => {
  const send = (encoding: string, body: Buffer) =>
    world.fetch(GREET, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": encoding },
      body,
    });
  assert.equal((await send("gzip", gzipSync('{"name": "Pete"}'))).text, '{"greeting":"Hello Pete"}');
  const { status, text } = await send("br", Buffer.from("x"));
  assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [501, "unimplemented"]);
});

test("A11 a browser's preflight is answered with what it asked for", async () => {
  const origin = "https://shop.example";
  const { status, headers } = await world.fetch(GREET, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,idempotency-key",
    },
  });
  assert.equal(status, 200);
  assert.equal(headers.get("access-control-allow-origin"), origin);
  assert.match(headers.get("access-control-allow-methods") ?? "", /POST/);
  const allowed = headers.get("access-control-allow-headers") ?? "";
  for (const name of ["content-type", "idempotency-key"]) assert.ok(allowed.includes(name), allowed);
});
