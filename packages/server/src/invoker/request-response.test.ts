import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrames, FrameDecoder, MessageType } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  INPUT,
  invocationId,
  OUTPUT,
  RunningAttempt,
  SUSPENSION,
  startHttp1Endpoint,
  startHttp2Endpoint,
  testInvoker,
  V6,
  wait,
} from "./harness.test.js";

function typesIn(body: Buffer): number[] {
  const decoder = new FrameDecoder();
  decoder.push(body);
  const types: number[] = [];
  for (let frame = decoder.next(); frame; frame = decoder.next()) types.push(frame.type);
  decoder.end();
  return types;
}

for (const [what, endpointOf, timeouts] of [
  [
    "a RequestResponse endpoint",
    (uri: string) => http2Endpoint(uri, { protocolType: "RequestResponse" }),
    {},
  ],
  ["an inactivity timeout of 0", (uri: string) => http2Endpoint(uri), { inactivityTimeoutMs: 0 }],
] as const) {
  test(`${what}, over HTTP/2: the request ends at once, then the answer is read`, async () => {
    let length = "";
    const endpoint = await startHttp2Endpoint(async (invocation) => {
      length = invocation.headers["content-length"] ?? "";
      const { journal } = await invocation.opening();
      assert.equal(journal.length, 2);
      assert.equal(await invocation.next(), null);
      invocation.end(SUSPENSION);
    });
    const invoker = testInvoker();
    const run = new RunningAttempt(
      invoker,
      attemptOn(endpointOf(endpoint.uri), { ...timeouts, journal: [INPUT, OUTPUT] }),
    );
    run.attempt.send(MessageType.SleepCompletion, new Uint8Array(0));
    assert.deepEqual(await run.outcome(), [MessageType.Suspension]);
    assert.match(length, /^[0-9]+$/);
  });
}

test("over HTTP/1.1: one request with its length, and the answer; connections are kept", async () => {
  const seen: { url: string | undefined; headers: Record<string, unknown>; types: number[] }[] = [];
  const sockets = new Set<unknown>();
  const endpoint = await startHttp1Endpoint((request, response, body) => {
    sockets.add(request.socket);
    seen.push({ url: request.url, headers: request.headers, types: typesIn(body) });
    response.writeHead(200, { "content-type": V6 });
    response.write(encodeFrames([OUTPUT]));
    setTimeout(() => response.end(encodeFrames([END])), 5);
  });
  const invoker = testInvoker();
  const http1 = http2Endpoint(endpoint.uri, {
    httpVersion: "HTTP/1.1",
    additionalHeaders: { "x-team": "blue" },
  });
  const trace = { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`, tracestate: "a=1,b=2" };
  for (let i = 0; i < 3; i++) {
    const run = new RunningAttempt(invoker, attemptOn(http1, { key: "k 1", ...trace }));
    assert.deepEqual(await run.outcome(), DONE);
    await wait(5);
  }
  const { url, headers, types } = seen[0]!;
  assert.equal(url, "/invoke/Greeter/greet");
  assert.equal(headers["content-type"], V6);
  assert.equal(headers.accept, V6);
  assert.equal(headers["x-restate-invocation-id"], invocationId(1));
  assert.equal(headers["x-restate-service-key"], "k%201");
  assert.deepEqual([headers.traceparent, headers.tracestate], [trace.traceparent, trace.tracestate]);
  assert.equal(headers["x-team"], "blue");
  assert.match(String(headers["content-length"]), /^[0-9]+$/);
  assert.equal(headers.host, new URL(endpoint.uri).host);
  assert.deepEqual(types, [MessageType.Start, MessageType.Input]);
  assert.equal(sockets.size, 1);
});

test("over HTTP/1.1: attempts beyond the connections wait for one", async () => {
  let running = 0;
  let most = 0;
  const endpoint = await startHttp1Endpoint((_request, response) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      response.writeHead(200, { "content-type": V6 });
      response.end(encodeFrames([OUTPUT, END]));
    }, 5);
  });
  const invoker = testInvoker({ http1ConnectionsPerOrigin: 4 });
  const http1 = http2Endpoint(endpoint.uri, { httpVersion: "HTTP/1.1" });
  const runs = Array.from({ length: 20 }, () => new RunningAttempt(invoker, attemptOn(http1)));
  for (const run of runs) assert.deepEqual(await run.outcome(), DONE);
  assert.equal(most, 4);
});

test("over HTTP/1.1: a kept connection that the endpoint closes is no failure", async () => {
  let requests = 0;
  const endpoint = await startHttp1Endpoint((request, response) => {
    // The second request meets a connection that is being closed.
    if (++requests === 2) {
      request.socket.destroy();
      return;
    }
    response.writeHead(200, { "content-type": V6 });
    response.end(encodeFrames([OUTPUT, END]));
  });
  const invoker = testInvoker();
  const http1 = http2Endpoint(endpoint.uri, { httpVersion: "HTTP/1.1" });
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(http1)).outcome(), DONE);
    await wait(5);
  }
  assert.equal(requests, 3);
});

test("over HTTP/1.1: no answer in time is RT0001, a broken one RT0010, nobody there RT0010", async () => {
  let requests = 0;
  const endpoint = await startHttp1Endpoint((request, response) => {
    if (++requests === 1) return;
    response.writeHead(200, { "content-type": V6 });
    response.write(encodeFrames([OUTPUT]));
    setTimeout(() => request.socket.destroy(), 5);
  });
  const http1 = http2Endpoint(endpoint.uri, { httpVersion: "HTTP/1.1" });
  const invoker = testInvoker();
  const silent = new RunningAttempt(invoker, attemptOn(http1, { abortTimeoutMs: 50 }));
  assert.equal((await silent.failureOf()).docCode, "RT0001");
  const broken = new RunningAttempt(invoker, attemptOn(http1));
  assert.equal((await broken.failureOf()).docCode, "RT0010");
  assert.deepEqual(broken.types, [MessageType.Output]);
  await endpoint.stop();
  const refused = await new RunningAttempt(invoker, attemptOn(http1)).failureOf();
  assert.equal(refused.docCode, "RT0010");
  assert.match(refused.message, /ECONNREFUSED.*Is the endpoint running/);
});

test("over HTTP/1.1: close() ends the request", async () => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const endpoint = await startHttp1Endpoint((request, response) => {
    request.socket.on("close", () => closed());
    response.writeHead(200, { "content-type": V6 });
    response.write(encodeFrames([OUTPUT]));
  });
  const invoker = testInvoker();
  const http1 = http2Endpoint(endpoint.uri, { httpVersion: "HTTP/1.1" });
  const run = new RunningAttempt(invoker, attemptOn(http1));
  await run.count(1);
  run.attempt.close();
  await isClosed;
  assert.equal(run.failure, null);
});
