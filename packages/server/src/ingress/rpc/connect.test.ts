import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TestIngress } from "../ingress.test.kit.js";
import { openRpcIngress, seenHeaders, setPublic } from "./rpc.test.kit.js";

let ingress: TestIngress;
before(async () => {
  ingress = await openRpcIngress();
});
after(() => ingress.close());

function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${ingress.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

const GREET = "/org.example.Greeter/Greet";
/** GreetRequest { name: "Pete" } */
const PETE = Buffer.from("0a0450657465", "hex");

test("the documents' curl: JSON in, compact JSON out", async () => {
  const response = await post(GREET, '{"name": "Pete"}');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(await response.text(), '{"greeting":"Hello Pete"}');
  assert.match(response.headers.get("x-restate-id") ?? "", /^inv_1/);
});

test("protobuf in, protobuf out", async () => {
  const response = await post(GREET, new Uint8Array(PETE), { "content-type": "application/proto" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/proto");
  const expected = Buffer.concat([Buffer.from([0x0a, 0x0a]), Buffer.from("Hello Pete")]);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), expected);
});

test("parameters of the content type play no part", async () => {
  const response = await post(GREET, "{}", { "content-type": "application/json; charset=utf-8" });
  assert.equal(await response.text(), '{"greeting":""}');
});

test("JSON both ways is the canonical mapping", async () => {
  const request = {
    big: "9007199254740993",
    unsigned_big: 18,
    data: "AAEC",
    colour: "RED",
    at: "2023-05-19T15:02:28.500Z",
    lasting: "1.500s",
    object: { a: [1, null, "x"] },
    anything: { deep: true },
    numbers: [1, 2],
    flags: { yes: true },
    real: "NaN",
    nested: { colour: 1 },
  };
  const response = await post("/org.example.Greeter/Echo", JSON.stringify(request));
  assert.equal(response.status, 200);
  const { nested, ...answer } = (await response.json()) as Record<string, unknown>;
  const { unsigned_big: _, nested: __, ...expected } = request;
  assert.deepEqual(answer, { ...expected, unsignedBig: "18" });
  assert.deepEqual(nested, {
    big: "0",
    unsignedBig: "0",
    data: "",
    colour: "RED",
    numbers: [],
    flags: {},
    real: 0,
  });
});

test("an Empty is {}", async () => {
  assert.equal(await (await post("/org.example.Greeter/Nothing", "{}")).text(), "{}");
});

test("a keyed service takes its key from the request, a singleton has one for all", async () => {
  const added = await post("/org.example.Counter/Add", '{"counter": "mine", "value": "3"}');
  assert.equal(await added.text(), '{"key":"mine","value":"3"}');
  const ticked = await post("/org.example.Clock/Tick", "{}");
  assert.equal(await ticked.text(), '{"greeting":"tick"}');
});

test("a GET calls with the default message, or, without side effects, with one in the query", async () => {
  const plain = await fetch(`${ingress.url}${GREET}`);
  assert.equal(await plain.text(), '{"greeting":""}');
  const look = "/org.example.Greeter/Look";
  const query = new URLSearchParams({ connect: "v1", encoding: "json", message: '{"name":"me"}' });
  assert.equal(await (await fetch(`${ingress.url}${look}?${query}`)).text(), '{"greeting":"Seen me"}');
  const binary = `connect=v1&encoding=proto&base64=1&message=${PETE.toString("base64url")}`;
  const response = await fetch(`${ingress.url}${look}?${binary}`);
  assert.equal(response.headers.get("content-type"), "application/proto");
  assert.match(await response.text(), /Seen Pete/);
  assert.equal((await fetch(`${ingress.url}${GREET}?${query}`)).status, 405);
});

test("the handler sees the caller's headers, not those of the protocol", async () => {
  await post("/org.example.Greeter/Look", "{}", {
    "x-mine": "yes",
    "connect-timeout-ms": "5000",
    "connect-protocol-version": "1",
  });
  const headers = seenHeaders.at(-1) ?? {};
  assert.equal(headers["x-mine"], "yes");
  assert.equal(headers["content-type"], "application/proto");
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("connect-")),
    [],
  );
});

test("a body may be gzip", async () => {
  const { gzipSync } = await import("node:zlib");
  const body = new Uint8Array(gzipSync('{"name":"Zip"}'));
  const response = await post(GREET, body, { "content-encoding": "gzip" });
  assert.equal(await response.text(), '{"greeting":"Hello Zip"}');
});

test("what would unpack to more than the limit is given up", async () => {
  const { gzipSync } = await import("node:zlib");
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(500_000, " ")));
  const response = await post(GREET, bomb, { "content-encoding": "gzip" });
  assert.equal(response.status, 429);
  assert.equal(((await response.json()) as { code: string }).code, "resource_exhausted");
});

/** Name of `Fail`'s request, then what the caller is told. */
const failures: readonly (readonly [name: string, status: number, code: string])[] = [
  ["5 gone", 404, "not_found"],
  ["404 gone", 404, "not_found"],
  ["409 killed", 409, "aborted"],
  ["500 broken", 500, "internal"],
  ["418 odd", 500, "unknown"],
  ["500:8 full", 429, "resource_exhausted"],
  ["500:99 odd", 500, "unknown"],
  ["13 broken", 500, "internal"],
];
for (const [name, status, code] of failures) {
  test(`a failure '${name}' is ${code}`, async () => {
    const response = await post("/org.example.Greeter/Fail", JSON.stringify({ name }));
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.match(response.headers.get("x-restate-id") ?? "", /^inv_1/);
    assert.deepEqual(await response.json(), { code, message: name.split(" ")[1] });
  });
}

type Bad = readonly [
  what: string,
  call: () => Promise<Response>,
  status: number,
  code: string,
  message: RegExp,
];
const proto = { "content-type": "application/proto" };
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const malformed: readonly Bad[] = [
  ["no JSON", () => post(GREET, "{"), 400, "invalid_argument", /^Error when parsing request: not JSON/],
  ["trailing characters", () => post(GREET, "{}x"), 400, "invalid_argument", /not JSON/],
  ["an empty body", () => post(GREET, ""), 400, "invalid_argument", /it is empty: send \{\}/],
  ["invalid UTF-8", () => post(GREET, bytes("22ff22")), 400, "invalid_argument", /not JSON/],
  [
    "an unknown field",
    () => post(GREET, '{"nam":"x"}'),
    400,
    "invalid_argument",
    /^Error when parsing request: .*"nam" is unknown/,
  ],
  ["a wrong type", () => post(GREET, '{"name":1}'), 400, "invalid_argument", /name/],
  ["an array", () => post(GREET, "[]"), 400, "invalid_argument", /GreetRequest/],
  [
    "a broken protobuf",
    () => post(GREET, bytes("0aff"), proto),
    400,
    "invalid_argument",
    /not a org.example.GreetRequest/,
  ],
  [
    "deep nesting",
    () => post("/org.example.Greeter/Echo", `${'{"nested":'.repeat(150)}{}${"}".repeat(150)}`),
    400,
    "invalid_argument",
    /depth|nest|recursion/i,
  ],
  ["no gzip", () => post(GREET, "x", { "content-encoding": "gzip" }), 400, "invalid_argument", /not gzip/],
  [
    "another compression",
    () => post(GREET, "x", { "content-encoding": "br" }),
    501,
    "unimplemented",
    /use gzip or identity/,
  ],
  [
    "a large body",
    () => post(GREET, `{"name":"${"x".repeat(20_000)}"}`),
    429,
    "resource_exhausted",
    /larger than 10000 bytes/,
  ],
  [
    "a bad deadline",
    () => post(GREET, "{}", { "connect-timeout-ms": "soon" }),
    400,
    "invalid_argument",
    /timeout/,
  ],
  [
    "a bad version",
    () => post(GREET, "{}", { "connect-protocol-version": "2" }),
    400,
    "invalid_argument",
    /version/,
  ],
  [
    "an unknown service",
    () => post("/org.example.Nobody/Greet", "{}"),
    404,
    "not_found",
    /^Service 'org.example.Nobody' not found\. Check/,
  ],
  [
    "an unknown method",
    () => post("/org.example.Greeter/Nope", "{}"),
    404,
    "not_found",
    /^Service method 'org.example.Greeter\/Nope' not found\. Check/,
  ],
  ["an unknown built-in", () => post("/dev.restate.Nobody/Greet", "{}"), 404, "not_found", /not found/],
  [
    "an empty idempotency key",
    () => post(GREET, "{}", { "idempotency-key": "" }),
    400,
    "invalid_argument",
    /idempotency-key/,
  ],
  [
    "a limit key",
    () => post(GREET, "{}", { "x-restate-limit-key": "a" }),
    400,
    "invalid_argument",
    /requires a scope/,
  ],
  [
    "a bad retention",
    () => post(GREET, "{}", { "idempotency-key": "k", "idempotency-retention-period": "1h" }),
    400,
    "invalid_argument",
    /whole number of seconds/,
  ],
];
for (const [what, call, status, code, message] of malformed) {
  test(`${what} is ${code}`, async () => {
    const response = await call();
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "application/json");
    const body = (await response.json()) as { code: string; message: string };
    assert.equal(body.code, code);
    assert.match(body.message, message);
    assert.deepEqual(Object.keys(body), ["code", "message"]);
  });
}

const unsupported: readonly (readonly [what: string, init: RequestInit])[] = [
  ["PUT", { method: "PUT", headers: { "content-type": "application/json" }, body: "{}" }],
  ["no content type", { method: "POST", body: new Uint8Array([0x7b, 0x7d]) }],
  ["YAML", { method: "POST", headers: { "content-type": "application/yaml" }, body: "{}" }],
  [
    "Connect's streams",
    { method: "POST", headers: { "content-type": "application/connect+json" }, body: "{}" },
  ],
];
for (const [what, init] of unsupported) {
  test(`${what} is answered with 415 and nothing`, async () => {
    const response = await fetch(`${ingress.url}${GREET}`, init);
    assert.equal(response.status, 415);
    assert.equal(await response.text(), "");
    assert.match(response.headers.get("accept-post") ?? "", /application\/json, application\/proto/);
  });
}

test("a private service is refused until it is public again", async () => {
  setPublic(ingress, "org.example.Greeter", false);
  const refused = await post(GREET, '{"name": "Pete"}');
  assert.equal(refused.status, 403);
  assert.deepEqual(await refused.json(), {
    code: "permission_denied",
    message: "Service org.example.Greeter is not accessible",
  });
  setPublic(ingress, "org.example.Greeter", true);
  assert.equal((await post(GREET, '{"name": "Pete"}')).status, 200);
});

test("a browser of any origin may call, and read what its clients need", async () => {
  const preflight = await fetch(`${ingress.url}${GREET}`, {
    method: "OPTIONS",
    headers: {
      origin: "https://example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,connect-protocol-version,x-grpc-web",
    },
  });
  assert.equal(
    preflight.headers.get("access-control-allow-headers"),
    "content-type,connect-protocol-version,x-grpc-web",
  );
  for (const body of ['{"name": "Pete"}', "{"]) {
    const response = await post(GREET, body, { origin: "https://example.org" });
    assert.equal(response.headers.get("access-control-allow-origin"), "https://example.org");
    assert.match(response.headers.get("access-control-expose-headers") ?? "", /grpc-status, grpc-message/);
  }
});

test("a page may read what a failure says beside its words", async () => {
  const headers = { origin: "https://example.org" };
  const response = await post("/org.example.Greeter/Fail", '{"name":"404 explained"}', headers);
  assert.equal(response.headers.get("reason"), "out of stock");
  assert.match(response.headers.get("access-control-expose-headers") ?? "", /, reason, city-bin, trace-bin$/);
});

test("services without descriptors are called as before", async () => {
  const response = await post("/Plain/greet", '"Pete"');
  assert.equal(await response.text(), '"ok"');
  const unknown = await post("/Nobody/greet", "1");
  assert.equal(((await unknown.json()) as { source: string }).source, "ingress");
});
