import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attemptOn,
  END,
  http2Endpoint,
  OUTPUT,
  RunningAttempt,
  startHttp1Endpoint,
  startHttp2Endpoint,
  testInvoker,
  V6,
} from "./harness.test.js";

const statuses = [
  { status: 502, docCode: "RT0010", code: 500, says: /proxy did not reach/ },
  { status: 504, docCode: "RT0010", code: 500, says: /proxy did not reach/ },
  { status: 429, docCode: "RT0023", code: 500, says: /rate/ },
  { status: 503, docCode: "RT0023", code: 500, says: /overloaded/ },
  { status: 415, docCode: "RT0015", code: 500, says: /does not speak .*invocation\.v6/ },
  { status: 413, docCode: "RT0019", code: 500, says: /limit for bodies/ },
  { status: 404, docCode: "RT0012", code: 571, says: /handler is not there/ },
  { status: 401, docCode: "RT0012", code: 571, says: /identity keys/ },
  { status: 307, docCode: "RT0012", code: 571, says: /redirects/ },
  { status: 500, docCode: "RT0012", code: 571, says: /log/ },
] as const;

for (const { status, docCode, code, says } of statuses) {
  test(`status ${status} is ${docCode}, over HTTP/2 and HTTP/1.1`, async () => {
    const body = JSON.stringify({ message: "what the endpoint says" });
    const http2 = await startHttp2Endpoint((invocation) => {
      invocation.respond(status, { "content-type": "application/json" });
      invocation.stream.end(body);
    });
    const http1 = await startHttp1Endpoint((_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body);
    });
    const invoker = testInvoker();
    for (const endpoint of [
      http2Endpoint(http2.uri),
      http2Endpoint(http1.uri, { httpVersion: "HTTP/1.1" }),
    ]) {
      const run = new RunningAttempt(invoker, attemptOn(endpoint));
      const failure = await run.failureOf();
      assert.equal(failure.docCode, docCode);
      assert.equal(failure.code, code);
      assert.equal(failure.nextRetryDelayMs, undefined);
      assert.ok(failure.message.includes(`${endpoint.uri}/invoke/Greeter/greet`), failure.message);
      assert.ok(
        failure.message.includes(`status ${status}: what the endpoint says. `),
        `only the message: ${failure.message}`,
      );
      assert.match(failure.message, says);
      assert.ok(failure.message.endsWith(`(${docCode})`));
      assert.deepEqual(run.types, []);
    }
  });
}

test("Retry-After of a rate limit is the next delay", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.respond(429, { "retry-after": "7" });
    invocation.stream.end();
  });
  const failure = await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).failureOf();
  assert.equal(failure.nextRetryDelayMs, 7000);
});

test("of a refusal's body only the beginning is read", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.respond(500);
    // It never ends.
    const page = `<html>${"x".repeat(10_000)}`;
    invocation.stream.write(page);
  });
  const { message } = await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).failureOf();
  assert.match(message, /status 500: <html>xxx/);
  assert.ok(message.length < 1500);
});

test("a refusal whose body does not come is reported without it", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => invocation.respond(500));
  const invoker = testInvoker({ drainTimeoutMs: 30 });
  const { message } = await new RunningAttempt(invoker, attemptOn(endpoint.uri)).failureOf();
  assert.match(message, /status 500\. /);
});

for (const contentType of [`${V6}; charset=utf-8`, "application/vnd.restate.invocation.v5", "text/html"]) {
  test(`content-type ${contentType} is RT0012`, async () => {
    const endpoint = await startHttp2Endpoint((invocation) => {
      invocation.respond(200, { "content-type": contentType });
      invocation.end(OUTPUT, END);
    });
    const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri));
    const failure = await run.failureOf();
    assert.equal(failure.docCode, "RT0012");
    assert.ok(failure.message.includes(contentType), failure.message);
    assert.ok(failure.message.includes(`instead of "${V6}"`), failure.message);
    assert.deepEqual(run.types, []);
  });
}

test("a missing content-type is RT0012", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.stream.respond({ ":status": 200 });
    invocation.end(OUTPUT, END);
  });
  const failure = await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).failureOf();
  assert.equal(failure.docCode, "RT0012");
  assert.match(failure.message, /content-type is missing/);
});
