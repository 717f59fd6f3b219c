import assert from "node:assert/strict";
import { createSecureServer } from "node:http2";
import { createServer as createHttp1Server } from "node:https";
import { test } from "node:test";
import { encodeFrames } from "@pawl/protocol";
import { OTHER_TEST_CERTIFICATE as cert, OTHER_TEST_KEY as key } from "../registry/certificate.test.kit.js";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  listen,
  OUTPUT,
  RunningAttempt,
  testInvoker,
  V6,
} from "./harness.test.js";

const answer = encodeFrames([OUTPUT, END]);

test("HTTP/2 over TLS is agreed on by ALPN", async () => {
  let protocol: unknown;
  const server = createSecureServer({ key, cert });
  server.on("stream", (stream) => {
    protocol = stream.session?.alpnProtocol;
    stream.respond({ ":status": 200, "content-type": V6 });
    stream.end(answer);
  });
  const invoker = testInvoker({ tls: { ca: cert } });
  const endpoint = http2Endpoint(await listen(server, "https"));
  assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint)).outcome(), DONE);
  assert.equal(protocol, "h2");
});

test("HTTP/1.1 over TLS", async () => {
  const server = createHttp1Server({ key, cert }, (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": V6 });
    response.end(answer);
  });
  const invoker = testInvoker({ tls: { ca: cert } });
  const endpoint = http2Endpoint(await listen(server, "https"), { httpVersion: "HTTP/1.1" });
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint)).outcome(), DONE);
  }
});

for (const httpVersion of ["HTTP/2.0", "HTTP/1.1"] as const) {
  test(`a certificate that nobody vouches for is RT0010 over ${httpVersion}`, async () => {
    const uri = await listen(createSecureServer({ key, cert, allowHTTP1: true }), "https");
    const endpoint = http2Endpoint(uri, { httpVersion });
    const failure = await new RunningAttempt(testInvoker(), attemptOn(endpoint)).failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /self-signed certificate.*trust the endpoint's certificate/);
  });
}

test("a TLS server without HTTP/2 is RT0010 with a hint", async () => {
  const uri = await listen(createHttp1Server({ key, cert }), "https");
  const invoker = testInvoker({ tls: { ca: cert } });
  const failure = await new RunningAttempt(invoker, attemptOn(http2Endpoint(uri))).failureOf();
  assert.equal(failure.docCode, "RT0010");
  assert.match(failure.message, /use_http_11/);
});

for (const httpVersion of ["HTTP/2.0", "HTTP/1.1"] as const) {
  test(`certificates that are none fail the attempt over ${httpVersion}`, async () => {
    const invoker = testInvoker({ tls: { cert: "rubbish", key: "rubbish" } });
    const run = new RunningAttempt(invoker, attemptOn(http2Endpoint("https://127.0.0.1:1", { httpVersion })));
    assert.equal(run.failure, null);
    assert.match((await run.failureOf()).message, /PEM|DECODER/i);
  });
}
