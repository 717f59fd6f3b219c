import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { RequestIdentity } from "../access/request-identity.js";
import type { HttpEndpoint } from "../invoker/endpoint.js";
import type { AskingOptions } from "./asking.js";
import { TEST_CERTIFICATE } from "./certificate.test.kit.js";
import { type EndpointAnswer, FakeEndpoint, type Transport } from "./endpoint.test.kit.js";
import { RegistryError } from "./errors.js";
import type { Deployment } from "./schema.js";
import { createConvertPreview, MAX_PREVIEW_BYTES, type PreviewRequest } from "./serde-previews.js";

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function endpoint(transport: Transport, ...answers: EndpointAnswer[]): Promise<FakeEndpoint> {
  const started = await FakeEndpoint.start(transport, ...answers);
  closing.push(() => started.close());
  return started;
}

function deploymentAt(uri: string, rest: Partial<HttpEndpoint> = {}): Deployment {
  return {
    deploymentId: "dp_1",
    uri,
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
    createdAt: 0,
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    sdkVersion: null,
    metadata: {},
    services: [],
    ...rest,
  };
}

function convert(
  deployment: Deployment,
  request: Partial<PreviewRequest> = {},
  options: Partial<AskingOptions> = {},
): Promise<Uint8Array> {
  const ask = createConvertPreview({ clusterName: "test", tls: { ca: TEST_CERTIFICATE }, ...options });
  return ask({
    deployment,
    service: "S",
    operation: "decode",
    serde: "h/input",
    body: Buffer.from("bytes"),
    ...request,
  });
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail("it was converted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RegistryError, String(error));
  return `${error.status} ${error.message}`;
}

for (const [transport, httpVersion, seen] of [
  ["h2c", "HTTP/2.0", "2.0"],
  ["http1", "HTTP/1.1", "1.1"],
  ["h2-tls", "HTTP/2.0", "2.0"],
  ["http1-tls", "HTTP/2.0", "1.1"],
] as const) {
  test(`an endpoint is asked to convert, over ${transport} when it was ${httpVersion} at discovery`, async () => {
    const { uri, requests } = await endpoint(transport, { body: Buffer.from([34, 255, 34]) });
    const additionalHeaders = { authorization: "Bearer x", "x-restate-serdes-protocol": "v9" };
    const deployment = deploymentAt(`${uri}below`, { httpVersion, additionalHeaders });
    assert.deepEqual([...(await convert(deployment))], [34, 255, 34]);
    const [{ method, url, headers, body, httpVersion: used }] = requests as [(typeof requests)[number]];
    assert.deepEqual([method, url, used], ["POST", "/below/serdes/S/decode/h/input", seen]);
    assert.equal(body.toString(), "bytes");
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.equal(headers.accept, "application/json");
    assert.equal(headers["x-restate-serdes-protocol"], "v1");
    assert.equal(headers["x-restate-cluster-name"], "test");
    assert.equal(headers.authorization, "Bearer x");
  });
}

test("the way back takes JSON, and any name of a serde", async () => {
  const { uri, requests } = await endpoint("h2c", { body: "x" });
  await convert(deploymentAt(uri), { operation: "encode", serde: "h ?/in#put", body: Buffer.from("{}") });
  const [{ url, headers }] = requests as [(typeof requests)[number]];
  assert.equal(url, "/serdes/S/encode/h%20%3F/in%23put");
  assert.equal(headers["content-type"], "application/json");
});

test("requests are signed for their path below the endpoint's", async () => {
  const { uri, requests } = await endpoint("h2c", { body: "x" });
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const identity = new RequestIdentity(pem, 60_000);
  await convert(deploymentAt(`${uri}below`), {}, { identity });
  const { headers } = requests[0] as (typeof requests)[number];
  assert.equal(headers["x-restate-signature-scheme"], "v1");
  const claims = String(headers["x-restate-jwt-v1"]).split(".")[1] ?? "";
  assert.equal(JSON.parse(Buffer.from(claims, "base64url").toString()).aud, "/serdes/S/decode/h/input");
});

test("what the endpoint says against it is passed on", async () => {
  const { uri } = await endpoint("h2c", { status: 422, body: { message: "Not four bytes" } });
  assert.equal(
    await refusal(convert(deploymentAt(uri))),
    `500 ${uri} could not decode with the serde 'h/input' of 'S': it answered with status 422. Its answer: {"message":"Not four bytes"}`,
  );
  const { uri: other } = await endpoint("http1", { status: 302, headers: { location: uri }, body: "" });
  assert.match(await refusal(convert(deploymentAt(other, { httpVersion: "HTTP/1.1" }))), /status 302/);
});

test("an endpoint that cannot be reached, does not answer, or answers without end is given up", async () => {
  assert.match(await refusal(convert(deploymentAt("http://127.0.0.1:1/"))), /ECONNREFUSED/);
  const large = await endpoint("h2c", { body: Buffer.alloc(MAX_PREVIEW_BYTES + 1) });
  assert.match(await refusal(convert(deploymentAt(large.uri))), /longer than 33554432 bytes/);
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => silent.close(resolve)));
  const uri = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  assert.match(await refusal(convert(deploymentAt(uri), {}, { timeoutMs: 50 })), /it did not answer in time/);
});

test("services of this process have no endpoint that could be asked", async () => {
  assert.match(await refusal(convert(deploymentAt("in-process://local/"))), /^501 .*in this process/);
});
