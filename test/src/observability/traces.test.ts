import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { after, before, describe, test } from "node:test";
import { pause, prepareEndpoint, prepareServer, type TestServer } from "../processes.js";
import { type CollectedSpan, Collector } from "./collector.js";

/** Source: the W3C's own example. */
const CLIENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
const CLIENT_SPAN = "b7ad6b7169203331";
const SAMPLED = `00-${CLIENT_TRACE}-${CLIENT_SPAN}-01`;
const SAID_WITHIN_MS = 20_000;
const POLL_MS = 20;
const NOT_SAMPLED = `00-${CLIENT_TRACE}-${CLIENT_SPAN}-00`;

describe("traces", () => {
  let collector: Collector;
  let server: TestServer;
  let endpoint: Awaited<ReturnType<typeof prepareEndpoint>>;

  before(async () => {
    collector = await Collector.open();
    server = await prepareServer({
      PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms",
      PAWL_TRACING_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "20",
    });
    endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
    await endpoint.process.start();
    await server.process.start();
    await server.register(endpoint.uri);
  });

  after(async () => {
    await server?.remove();
    await endpoint?.process.stop("SIGKILL");
    collector?.close();
  });

  async function call(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<unknown> {
    const response = await fetch(`${server.ingress}/${path}`, {
      method: "POST",
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  function ofHandler(name: string): (span: CollectedSpan) => boolean {
    return (span) => span.attributes["rpc.method"] === name;
  }

  test("one trace from the client over ingress, invocation and attempt to the endpoint and to what it calls", async () => {
    const { own, called } = (await call("Caller/start", { traceparent: SAMPLED })) as Record<string, string>;

    const ingress = await collector.one("ingress_invoke start");
    assert.deepEqual([ingress.traceId, ingress.parentSpanId], [CLIENT_TRACE, CLIENT_SPAN]);
    assert.equal(ingress.attributes["rpc.service"], "Caller");
    assert.equal(ingress.attributes["rpc.method"], "start");
    assert.equal(ingress.attributes["client.socket.address"], "127.0.0.1");
    assert.ok(Number(ingress.attributes["client.socket.port"]) > 0);

    const invocation = await collector.one("invoke start");
    assert.deepEqual([invocation.traceId, invocation.parentSpanId], [CLIENT_TRACE, ingress.spanId]);
    assert.match(String(invocation.attributes["restate.invocation.id"]), /^inv_1/);
    assert.equal(invocation.attributes["restate.invocation.result"], "Success");
    assert.equal(invocation.attributes.error, false);
    assert.equal(invocation.service, "Caller");

    const attempt = await collector.one("invoker_invocation_task", ofHandler("start"));
    assert.deepEqual([attempt.traceId, attempt.parentSpanId], [CLIENT_TRACE, invocation.spanId]);
    assert.equal(attempt.attributes["rpc.system"], "restate");
    assert.equal(own, `00-${CLIENT_TRACE}-${attempt.spanId}-01`);
    assert.ok(attempt.events.length >= 3, `it has the events ${attempt.events}`);

    const callee = await collector.one("invoke answer", ({ traceId }) => traceId === CLIENT_TRACE);
    assert.equal(callee.parentSpanId, invocation.spanId);
    const calleeAttempt = await collector.one("invoker_invocation_task", ofHandler("answer"));
    assert.deepEqual([calleeAttempt.traceId, calleeAttempt.parentSpanId], [CLIENT_TRACE, callee.spanId]);
    assert.equal(called, `00-${CLIENT_TRACE}-${calleeAttempt.spanId}-01`);
  });

  test("the tracestate goes with the trace, and a list with a fault nowhere", async () => {
    const traceparent = `00-${"7".repeat(32)}-${CLIENT_SPAN}-01`;
    const tracestate = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7";
    const states = (headers: Record<string, string>) => call("Caller/tracestates", headers);
    assert.deepEqual(await states({ traceparent, tracestate }), {
      own: tracestate,
      called: tracestate,
      oneWay: null,
    });
    const none = { own: null, called: null, oneWay: null };
    assert.deepEqual(await states({ traceparent, tracestate: "Congo" }), none);
    assert.deepEqual(await states({ tracestate }), none);
  });

  test("a one-way call has a trace of its own; each of the two links to the other", async () => {
    await call("Caller/start", { traceparent: `00-${"1".repeat(32)}-${CLIENT_SPAN}-01` });
    const caller = await collector.one("invoke start", ({ traceId }) => traceId === "1".repeat(32));
    const pointer = await collector.one("background_invoke background", (s) => s.traceId === caller.traceId);
    assert.equal(pointer.parentSpanId, caller.spanId);
    const id = pointer.attributes["restate.invocation.id"];
    const callee = await collector.one(
      "invoke background",
      ({ attributes }) => attributes["restate.invocation.id"] === id,
    );
    assert.notEqual(callee.traceId, caller.traceId);
    assert.equal(callee.parentSpanId, "");
    assert.deepEqual(pointer.links.map(place), [place(callee)]);
    assert.deepEqual(callee.links.map(place), [place(pointer)]);
    const attempt = await collector.one(
      "invoker_invocation_task",
      ({ attributes }) => attributes["restate.invocation.id"] === id,
    );
    assert.deepEqual([attempt.traceId, attempt.parentSpanId], [callee.traceId, callee.spanId]);
  });

  test("each attempt has a span, also one that failed", async () => {
    const traceparent = `00-${"2".repeat(32)}-${CLIENT_SPAN}-01`;
    const received = await call("Caller/flaky", { traceparent });
    const attempts = await collector.find(
      2,
      (span) => span.name === "invoker_invocation_task" && span.traceId === "2".repeat(32),
      "attempts",
    );
    assert.equal(attempts.length, 2);
    assert.equal(new Set(attempts.map(({ parentSpanId }) => parentSpanId)).size, 1);
    const [failed, succeeded] = attempts.sort((a, b) => a.startMs - b.startMs);
    assert.match(failed?.error ?? "", /not yet/);
    assert.equal(failed?.attributes["restate.attempt.result"], "failed");
    assert.equal(succeeded?.error, null);
    assert.equal(succeeded?.attributes["restate.retry.count"], 1);
    assert.equal(received, `00-${"2".repeat(32)}-${succeeded?.spanId}-01`);
  });

  test("changes of state, timers and suspensions are spans below the invocation's", async () => {
    await call("Box/a/put", {}, "content");
    const put = await collector.one("invoke put", ({ attributes }) => attributes["rpc.service"] === "Box");
    const set = await collector.one("set_state value", ({ traceId }) => traceId === put.traceId);
    assert.equal(set.parentSpanId, put.spanId);
    assert.equal(set.attributes["restate.state.key"], "value");
    await call("Box/a/empty");
    await collector.one("clear_state value");
    await call("Box/a/nap", {}, 30);
    const sleep = await collector.one("sleep");
    assert.equal(Math.round(sleep.endMs), sleep.attributes["restate.timer.wake_up_time"]);
  });

  test("a trace that the client does not sample is passed on, and leaves no span", async () => {
    const received = String(await call("Caller/traceparent", { traceparent: NOT_SAMPLED }));
    assert.match(received, new RegExp(`^00-${CLIENT_TRACE}-[0-9a-f]{16}-00$`));
    // What comes after it is exported after it.
    await call("Callee/answer", { traceparent: `00-${"3".repeat(32)}-${CLIENT_SPAN}-01` });
    await collector.one("invoke answer", ({ traceId }) => traceId === "3".repeat(32));
    assert.equal(collector.spans.filter(({ name }) => name === "ingress_invoke traceparent").length, 0);
  });

  test("gRPC's metadata have the trace context, too", async () => {
    const traceparent = `00-${"6".repeat(32)}-${CLIENT_SPAN}-01`;
    await callByGrpc(server.ingress, { service: "Callee", method: "answer" }, traceparent);
    const ingress = await collector.one("ingress_invoke answer", ({ traceId }) => traceId === "6".repeat(32));
    assert.equal(ingress.parentSpanId, CLIENT_SPAN);
    assert.equal(ingress.attributes["rpc.system"], "grpc");
    const invocation = await collector.one("invoke answer", ({ traceId }) => traceId === "6".repeat(32));
    assert.equal(invocation.parentSpanId, ingress.spanId);
  });

  test("without a trace of the client's, one begins at the ingress", async () => {
    await call("Caller/traceparent");
    const ingress = await collector.one("ingress_invoke traceparent");
    assert.equal(ingress.parentSpanId, "");
    const invocation = await collector.one("invoke traceparent");
    assert.deepEqual([invocation.traceId, invocation.parentSpanId], [ingress.traceId, ingress.spanId]);
  });

  test("a failure is the result of the invocation's span", async () => {
    await assert.rejects(call("Caller/broken", { traceparent: `00-${"4".repeat(32)}-${CLIENT_SPAN}-01` }));
    const invocation = await collector.one("invoke broken");
    assert.equal(invocation.error, "never");
    assert.equal(invocation.attributes["restate.invocation.result"], "Failure");
    assert.equal(invocation.attributes.error, true);
    assert.equal((await collector.one("ingress_invoke broken")).error, "never");
  });

  test("after kill -9 the trace goes on", async () => {
    const trace = "5".repeat(32);
    const inTrace = ({ traceId }: CollectedSpan): boolean => traceId === trace;
    await call("Caller/wait/send", { traceparent: `00-${trace}-${CLIENT_SPAN}-01` }, "mail");
    const ingress = await collector.one("ingress_invoke wait", inTrace);
    await collector.one("invoke put", inTrace);
    await server.process.stop("SIGKILL");
    await server.process.start();
    const awakeable = await call("Box/mail/get");
    await call(`restate/awakeables/${awakeable}/resolve`, {}, "done");
    const invocation = await collector.one("invoke wait", inTrace);
    assert.equal(invocation.parentSpanId, ingress.spanId);
    assert.equal(invocation.attributes["restate.invocation.result"], "Success");
    const attempt = await collector.one("invoker_invocation_task", (s) => inTrace(s) && ofHandler("wait")(s));
    assert.equal(attempt.parentSpanId, invocation.spanId);
    // Called before the crash, and after it: both hang below the same span.
    const put = await collector.one("invoke put", inTrace);
    const answer = await collector.one("invoke answer", inTrace);
    assert.deepEqual([put.parentSpanId, answer.parentSpanId], [invocation.spanId, invocation.spanId]);
  });
});

async function hasStatus(server: TestServer, id: string, status: string): Promise<void> {
  const deadline = Date.now() + SAID_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${server.admin}/invocations/${id}`);
    const found = (await response.json()) as { readonly status: string };
    if (found.status === status) return;
    assert.ok(Date.now() < deadline, `${id} is ${found.status}, not ${status}`);
    await pause(POLL_MS);
  }
}

/** Calls `dev.restate.Ingress/Invoke`. Source of the frame: gRPC over HTTP/2, "Length-Prefixed-Message". */
async function callByGrpc(ingress: string, message: unknown, traceparent: string): Promise<void> {
  const json = Buffer.from(JSON.stringify(message));
  const frame = Buffer.alloc(5 + json.length);
  frame.writeUInt32BE(json.length, 1);
  json.copy(frame, 5);
  const session = connect(ingress);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": "/dev.restate.Ingress/Invoke",
      "content-type": "application/grpc+json",
      te: "trailers",
      traceparent,
    });
    const trailers = once(stream, "trailers");
    stream.resume().end(frame);
    const [{ "grpc-status": status, "grpc-message": reason }] = await trailers;
    assert.equal(status, "0", reason);
  } finally {
    session.close();
  }
}

function place({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): string {
  return `${traceId}/${spanId}`;
}

test("exported as OTEL_ variables say: in JSON, with headers, under one name; what is left goes out at the end", async () => {
  const collector = await Collector.open();
  const server = await prepareServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=secret",
    OTEL_SERVICE_NAME: "my-server",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test",
    // Handlers that wait suspend at once.
    PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "0s",
    // Longer than the test: nothing is sent until the server stops.
    OTEL_BSP_SCHEDULE_DELAY: "600000",
  });
  const endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
  after(async () => {
    await server.remove();
    await endpoint.process.stop("SIGKILL");
    collector.close();
  });
  await endpoint.process.start();
  await server.process.start();
  await server.register(endpoint.uri);
  const response = await fetch(`${server.ingress}/Callee/answer`, {
    method: "POST",
    headers: { traceparent: SAMPLED },
  });
  assert.equal(response.status, 200);
  const sent = await fetch(`${server.ingress}/Caller/park/send`, { method: "POST" });
  const { invocationId } = (await sent.json()) as { invocationId: string };
  await hasStatus(server, invocationId, "suspended");
  assert.equal(collector.spans.length, 0);
  assert.equal(await server.process.stop("SIGTERM"), 0);
  const spans = collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE);
  assert.deepEqual(spans.map(({ name }) => name).sort(), [
    "ingress_invoke answer",
    "invoke answer",
    "invoker_invocation_task",
  ]);
  const suspend = await collector.one("suspend");
  const attempt = await collector.one(
    "invoker_invocation_task",
    ({ attributes }) => attributes["restate.invocation.id"] === invocationId,
  );
  assert.deepEqual([suspend.traceId, suspend.parentSpanId], [attempt.traceId, attempt.parentSpanId]);
  assert.equal(attempt.attributes["restate.attempt.result"], "suspended");
  // The Input: to wait for an awakeable leaves no entry.
  assert.equal(suspend.attributes["restate.journal.length"], 1);
  assert.ok(spans.every(({ service }) => service === "my-server"));
  assert.equal(collector.requests[0]?.contentType, "application/json");
  assert.equal(collector.requests[0]?.headers["x-api-key"], "secret");
});

test("a collector that is away is told of once, and holds up neither calls nor the end", async () => {
  const server = await prepareServer({
    PAWL_TRACING_ENDPOINT: "http://127.0.0.1:9",
    PAWL_LOG_FORMAT: "compact",
    OTEL_BSP_SCHEDULE_DELAY: "10",
    OTEL_EXPORTER_OTLP_TIMEOUT: "200",
  });
  const endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
  after(async () => {
    await server.remove();
    await endpoint.process.stop("SIGKILL");
  });
  await endpoint.process.start();
  await server.process.start();
  await server.register(endpoint.uri);
  const call = async (): Promise<void> => {
    const response = await fetch(`${server.ingress}/Callee/answer`, { method: "POST" });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  };
  for (
    const deadline = Date.now() + SAID_WITHIN_MS;
    !server.process.output.includes("spans cannot be sent");
  ) {
    assert.ok(Date.now() < deadline, "nobody said that spans cannot be sent");
    await call();
  }
  for (let i = 0; i < 20; i++) await call();
  assert.equal(await server.process.stop("SIGTERM"), 0);
  assert.equal(server.process.output.split("spans cannot be sent").length, 2);
});

test("a server that does not trace passes on what it got", async () => {
  const server = await prepareServer({
    OTEL_SDK_DISABLED: "true",
    PAWL_TRACING_ENDPOINT: "http://127.0.0.1:9",
  });
  const endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
  after(async () => {
    await server.remove();
    await endpoint.process.stop("SIGKILL");
  });
  await endpoint.process.start();
  await server.process.start();
  await server.register(endpoint.uri);
  const answer = await fetch(`${server.ingress}/Caller/start`, {
    method: "POST",
    headers: { traceparent: SAMPLED },
  });
  assert.deepEqual(await answer.json(), { own: SAMPLED, called: SAMPLED });
});
