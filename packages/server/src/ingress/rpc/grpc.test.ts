import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import type { OutgoingHttpHeaders } from "node:http2";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { TestIngress } from "../ingress.test.kit.js";
import { percentEncoded } from "./grpc.js";
import { framed, grpcStatus, overHttp2, type RawAnswer, webStatus } from "./raw.test.kit.js";
import { openRpcIngress, setPublic } from "./rpc.test.kit.js";

let ingress: TestIngress;
before(async () => {
  ingress = await openRpcIngress();
});
after(() => ingress.close());

const GREET = "/org.example.Greeter/Greet";
/** GreetRequest { name: "Pete" } */
const PETE = Buffer.from("0a0450657465", "hex");
/** GreetResponse { greeting: "Hello Pete" } */
const HELLO = Buffer.concat([Buffer.from([0x0a, 0x0a]), Buffer.from("Hello Pete")]);

function grpc(body: Uint8Array, headers: OutgoingHttpHeaders = {}, path = GREET): Promise<RawAnswer> {
  return overHttp2(
    ingress.url,
    path,
    { "content-type": "application/grpc", te: "trailers", ...headers },
    body,
  );
}

for (const contentType of ["application/grpc", "application/grpc+proto"]) {
  test(`${contentType} is answered with the same type, one message and a status`, async () => {
    const answer = await grpc(framed(PETE), { "content-type": contentType });
    assert.equal(answer.headers[":status"], 200);
    assert.equal(answer.headers["content-type"], contentType);
    assert.deepEqual(answer.body, framed(HELLO));
    assert.deepEqual(grpcStatus(answer), { status: 0, message: "" });
  });
}

test("application/grpc+json has JSON in its messages", async () => {
  const answer = await grpc(framed(Buffer.from('{"name":"Pete"}')), {
    "content-type": "application/grpc+json",
  });
  assert.deepEqual(answer.body, framed(Buffer.from('{"greeting":"Hello Pete"}')));
});

test("a message may be gzip", async () => {
  const answer = await grpc(framed(gzipSync(PETE), 1), { "grpc-encoding": "gzip" });
  assert.deepEqual(answer.body, framed(HELLO));
  const plain = await grpc(framed(PETE), { "grpc-encoding": "gzip" });
  assert.deepEqual(plain.body, framed(HELLO));
});

type Bad = readonly [
  what: string,
  body: Uint8Array,
  status: number,
  message: RegExp,
  headers?: OutgoingHttpHeaders,
  path?: string,
];
const bad: readonly Bad[] = [
  ["no message", Buffer.alloc(0), 3, /no whole message/],
  ["half a message", framed(PETE).subarray(0, 8), 3, /no whole message/],
  ["two messages", Buffer.concat([framed(PETE), framed(PETE)]), 12, /one message/],
  ["a message that is none", framed(Buffer.from("ff", "hex")), 3, /not a org.example.GreetRequest/],
  ["a message that says it is huge", Buffer.from("00ffffffff00", "hex"), 8, /larger than 10000 bytes/],
  ["a message that is too large", framed(Buffer.alloc(20_000)), 8, /larger than/],
  ["unknown flags", framed(PETE, 4), 3, /flags 4/],
  ["a compressed message without grpc-encoding", framed(gzipSync(PETE), 1), 13, /no header grpc-encoding/],
  ["an unknown grpc-encoding", framed(PETE, 1), 12, /use gzip or identity/, { "grpc-encoding": "snappy" }],
  ["what is no gzip", framed(PETE, 1), 3, /not gzip/, { "grpc-encoding": "gzip" }],
  [
    "a bomb",
    framed(gzipSync(Buffer.alloc(1_000_000)), 1),
    8,
    /larger than 10000 bytes/,
    { "grpc-encoding": "gzip" },
  ],
  ["a bad grpc-timeout", framed(PETE), 3, /timeout/, { "grpc-timeout": "1 second" }],
  ["a path with three parts", framed(PETE), 3, /Request path \/a\/b\/c invalid/, {}, "/a/b/c"],
  ["a path with one part", framed(PETE), 3, /Request path \/a invalid/, {}, "/a"],
  [
    "an unknown service",
    framed(PETE),
    5,
    /^Service 'org.example.Nobody' not found/,
    {},
    "/org.example.Nobody/Greet",
  ],
  ["a service without descriptors", framed(PETE), 12, /no protobuf descriptors/, {}, "/Plain/greet"],
];
for (const [what, body, status, message, headers, path] of bad) {
  test(`${what} is status ${status}`, async () => {
    const answer = await grpc(body, headers, path);
    assert.equal(answer.headers[":status"], 200);
    assert.equal(answer.headers["content-type"], "application/grpc");
    const said = grpcStatus(answer);
    assert.equal(said.status, status);
    assert.match(said.message, message);
    assert.equal(answer.body.byteLength, 0);
  });
}

test("grpc-web: one message and the trailers in the body", async () => {
  const answer = await grpc(framed(PETE), { "content-type": "application/grpc-web+proto" });
  assert.equal(answer.headers["content-type"], "application/grpc-web+proto");
  assert.deepEqual(webStatus(answer.body), { status: 0, message: "", messages: [HELLO] });
});

for (const contentType of ["application/grpc-web-text", "application/grpc-web-text+proto"]) {
  test(`${contentType}: all of it in base64, also in pieces`, async () => {
    const whole = Buffer.from(framed(PETE)).toString("base64");
    const pieces = [framed(PETE).subarray(0, 5), PETE]
      .map((part) => Buffer.from(part).toString("base64"))
      .join("");
    for (const body of [whole, pieces]) {
      const response = await fetch(`${ingress.url}${GREET}`, {
        method: "POST",
        headers: { "content-type": contentType, origin: "https://example.org" },
        body,
      });
      assert.equal(response.headers.get("content-type"), contentType);
      assert.equal(response.headers.get("access-control-allow-origin"), "https://example.org");
      const decoded = Buffer.from(await response.text(), "base64");
      assert.deepEqual(webStatus(decoded), { status: 0, message: "", messages: [HELLO] });
    }
  });
}

test("grpc-web-text: errors too, and what is no base64 is one", async () => {
  const response = await fetch(`${ingress.url}${GREET}`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web-text" },
    body: "!".repeat(100),
  });
  const { status, message } = webStatus(Buffer.from(await response.text(), "base64"));
  assert.equal(status, 3);
  assert.match(message, /not base64/);
});

test("a private service is refused in gRPC and gRPC-web", async () => {
  setPublic(ingress, "org.example.Greeter", false);
  try {
    const refused = grpcStatus(await grpc(framed(PETE)));
    assert.deepEqual(refused, { status: 7, message: "Service org.example.Greeter is not accessible" });
    const web = await grpc(framed(PETE), { "content-type": "application/grpc-web" });
    assert.equal(webStatus(web.body).status, 7);
  } finally {
    setPublic(ingress, "org.example.Greeter", true);
  }
});

test("gRPC over HTTP/1.1 has its trailers after the chunks", async () => {
  const { trailers, body } = await new Promise<{ trailers: NodeJS.Dict<string>; body: Buffer }>(
    (resolve, reject) => {
      const request = httpRequest(`${ingress.url}${GREET}`, {
        method: "POST",
        headers: { "content-type": "application/grpc", te: "trailers" },
      });
      request.on("error", reject);
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ trailers: response.trailers, body: Buffer.concat(chunks) }));
      });
      request.end(framed(PETE));
    },
  );
  assert.equal(trailers["grpc-status"], "0");
  assert.deepEqual(body, framed(HELLO));
});

for (const [text, encoded] of [
  ["plain words, and ~", "plain words, and ~"],
  ["100% ö\n", "100%25 %C3%B6%0A"],
] as const) {
  test(`grpc-message '${JSON.stringify(text)}' is percent-encoded`, () => {
    assert.equal(percentEncoded(text, 100), encoded);
  });
}

test("a path that is not /{service}/{method} is invalid", async () => {
  for (const path of ["/a/b/c", "/a", "/org.example.Greeter/Greet/x", "/org.example.Greeter/%ff"]) {
    const answer = await grpc(framed(PETE), {}, path);
    assert.deepEqual(grpcStatus(answer), { status: 3, message: `Request path ${path} invalid` });
  }
});

test("what is too long is cut between two characters", () => {
  assert.equal(percentEncoded("ääb", 6), "%C3%A4");
  assert.equal(percentEncoded("ääb", 12), "%C3%A4%C3%A4");
  assert.equal(percentEncoded("abc", 2), "ab");
});
