import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, test } from "node:test";
import { TEST_CERTIFICATE } from "./certificate.test.kit.js";
import type { Discovered, HttpDiscoveryRequest } from "./discovered.js";
import { createDiscover } from "./discovery.js";
import { type EndpointAnswer, FakeEndpoint, manifest, service, type Transport } from "./endpoint.test.kit.js";
import { RegistryError } from "./errors.js";

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

type DiscoveredOverHttp = Extract<Discovered, { readonly uri: string }>;

async function discover(
  uri: string,
  rest: Partial<HttpDiscoveryRequest> = {},
  timeoutMs = 5_000,
): Promise<DiscoveredOverHttp> {
  const discoverIt = createDiscover({ clusterName: "test", timeoutMs, tls: { ca: TEST_CERTIFICATE } });
  const discovered = await discoverIt({ uri, useHttp11: false, additionalHeaders: {}, ...rest });
  assert.ok("uri" in discovered);
  return discovered;
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RegistryError, String(error));
  return `${error.code} ${error.message}`;
}

const GREETER: EndpointAnswer = { body: manifest([service("Greeter")]) };

test("an endpoint is asked over HTTP/2 with prior knowledge", async () => {
  const { uri, requests } = await endpoint("h2c", GREETER);
  const discovered = await discover(uri, { additionalHeaders: { authorization: "Bearer x", accept: "no" } });
  assert.equal(discovered.protocolType, "BidiStream");
  assert.equal(discovered.httpVersion, "HTTP/2.0");
  assert.equal(discovered.sdkVersion, "test-sdk/1.2.3");
  assert.equal(discovered.minProtocolVersion, 5);
  assert.equal(discovered.maxProtocolVersion, 7);
  assert.deepEqual(
    discovered.services.map(({ name }) => name),
    ["Greeter"],
  );
  const [request] = requests;
  assert.equal(request?.url, "/discover");
  assert.equal(request?.httpVersion, "2.0");
  assert.equal(request?.headers.authorization, "Bearer x");
  assert.equal(request?.headers["x-restate-cluster-name"], "test");
  assert.match(String(request?.headers.accept), /endpointmanifest\.v1\+json, .*v4\+json$/);
});

test("the endpoint may be mounted below a path", async () => {
  const { uri, requests } = await endpoint("h2c", GREETER);
  await discover(`${uri}some/path`);
  assert.equal(requests[0]?.url, "/some/path/discover");
});

test("over HTTP/1.1 it is request and response, whatever the manifest says", async () => {
  const { uri, requests } = await endpoint("http1", GREETER);
  const discovered = await discover(uri, { useHttp11: true });
  assert.equal(discovered.protocolType, "RequestResponse");
  assert.equal(discovered.httpVersion, "HTTP/1.1");
  assert.equal(requests[0]?.httpVersion, "1.1");
});

test("over TLS the endpoint chooses the version of HTTP", async () => {
  for (const [transport, useHttp11, httpVersion] of [
    ["h2-tls", false, "HTTP/2.0"],
    ["both-tls", false, "HTTP/2.0"],
    ["both-tls", true, "HTTP/1.1"],
    ["http1-tls", false, "HTTP/1.1"],
    ["http1-tls", true, "HTTP/1.1"],
  ] as const) {
    const { uri } = await endpoint(transport, GREETER);
    const discovered = await discover(uri, { useHttp11 });
    assert.equal(discovered.httpVersion, httpVersion, `${transport} ${useHttp11}`);
    assert.equal(discovered.protocolType, httpVersion === "HTTP/2.0" ? "BidiStream" : "RequestResponse");
  }
});

test("a host header is for the endpoint", async () => {
  for (const [transport, useHttp11] of [
    ["h2c", false],
    ["http1", true],
    ["http1-tls", false],
  ] as const) {
    const { uri, requests } = await endpoint(transport, GREETER);
    await discover(uri, { useHttp11, additionalHeaders: { host: "example.test" } });
    const { headers } = requests[0] as (typeof requests)[number];
    const { host, ":authority": authority = host } = headers;
    assert.equal(authority, "example.test");
  }
});

test("an endpoint that is busy is asked again", async () => {
  const { uri, requests } = await endpoint(
    "h2c",
    { status: 503, body: "" },
    { status: 429, body: "" },
    GREETER,
  );
  assert.equal((await discover(uri)).services.length, 1);
  assert.equal(requests.length, 3);
});

test("an endpoint that stays busy is given up", async () => {
  const { uri, requests } = await endpoint("http1", { status: 500, body: "out of order" });
  assert.match(
    await refusal(discover(uri, { useHttp11: true })),
    /^META0003 cannot discover .* it answered with status 500. Its answer: out of order$/,
  );
  assert.equal(requests.length, 4);
});

test("other statuses are told at once, with a hint", async () => {
  for (const [status, hint] of [
    [404, /has the path under which the SDK's endpoint is mounted/],
    [401, /additional_headers/],
    [302, /Redirects are not followed/],
    [418, /it answered with status 418$/],
  ] as const) {
    const { uri, requests } = await endpoint("h2c", { status, body: "" });
    const message = await refusal(discover(uri));
    assert.match(message, /^META0003 /);
    assert.match(message, hint);
    assert.equal(requests.length, 1);
  }
});

test("nobody at the address", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  for (const useHttp11 of [false, true]) {
    assert.match(
      await refusal(discover(`http://127.0.0.1:${port}/`, { useHttp11 })),
      /^META0003 .*ECONNREFUSED.*Start the endpoint first.*container/,
    );
  }
  assert.match(await refusal(discover("http://nobody.invalid/")), /^META0003 .*nobody\.invalid/);
});

test("an endpoint that speaks HTTP/1.1 only needs use_http_11", async () => {
  const { uri } = await endpoint("http1", GREETER);
  assert.match(await refusal(discover(uri)), /^META0014 .*"use_http_11": true/);
});

test("an endpoint that speaks HTTP/2 only takes no use_http_11", async () => {
  const { uri } = await endpoint("h2c", GREETER);
  assert.match(await refusal(discover(uri, { useHttp11: true })), /^META0003 .*without use_http_11/);
});

test("an endpoint without TLS is no https endpoint", async () => {
  const { uri } = await endpoint("h2c", GREETER);
  assert.match(await refusal(discover(uri.replace("http:", "https:"))), /^META0003 .*try http:\/\//);
});

test("an endpoint that never answers is given up", async () => {
  const silent = createServer((socket) => {
    closing.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  closing.push(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  for (const [uri, useHttp11] of [
    [`http://127.0.0.1:${port}/`, false],
    [`http://127.0.0.1:${port}/`, true],
    [`https://127.0.0.1:${port}/`, false],
  ] as const) {
    assert.match(await refusal(discover(uri, { useHttp11 }, 100)), /^META0003 .*it did not answer in time/);
  }
});

test("an answer that is no manifest is refused", async () => {
  for (const [answer, problem] of [
    [{ contentType: "text/html", body: "<html>" }, /content type is text\/html/],
    [{ contentType: "application/vnd.restate.endpointmanifest.v9+json", body: {} }, /v9\+json, and must be/],
    [{ body: "{nope" }, /JSON/],
    [{ body: [] }, /\$ must be an object/],
    [{ body: { services: [] } }, /\$\.minProtocolVersion is missing/],
    [{ body: { ...manifest([]), protocolMode: undefined } }, /\$\.protocolMode is missing/],
    [{ body: manifest([service("a/b")]) }, /services\[0\]\.name must match/],
    [{ body: "x".repeat(17 * 1024 * 1024) }, /longer than 16777216 bytes/],
  ] as const) {
    for (const [transport, useHttp11] of [
      ["h2c", false],
      ["http1", true],
    ] as const) {
      const { uri } = await endpoint(transport, answer);
      const message = await refusal(discover(uri, { useHttp11 }));
      assert.match(message, /^META0013 /);
      assert.match(message, problem);
    }
  }
});

test("the protocol's versions must overlap with 5 to 7", async () => {
  for (const [min, max, isFine] of [
    [1, 4, false],
    [4, 5, true],
    [6, 6, true],
    [7, 9, true],
    [8, 9, false],
  ] as const) {
    const body = manifest([], { minProtocolVersion: min, maxProtocolVersion: max });
    const { uri } = await endpoint("h2c", { body });
    if (isFine) assert.equal((await discover(uri)).maxProtocolVersion, max);
    else assert.match(await refusal(discover(uri)), /^META0012 .* to 7: use another version of the SDK$/);
  }
});
