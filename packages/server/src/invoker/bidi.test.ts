import assert from "node:assert/strict";
import { test } from "node:test";
import { codec, MessageType, parseInvocationId } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  INPUT,
  invocationId,
  OUTPUT,
  RunningAttempt,
  startHttp2Endpoint,
  testInvoker,
  V6,
  wait,
} from "./harness.test.js";

test("an attempt sends Start and Input, and reports the frames of the answer", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { start, journal } = await invocation.opening();
    assert.deepEqual(Buffer.from(start.id), Buffer.from(parseInvocationId(invocationId(7))));
    assert.equal(start.debugId, invocationId(7));
    assert.equal(start.knownEntries, 1);
    assert.equal(start.partialState, true);
    assert.equal(typeof start.randomSeed, "bigint");
    assert.equal(Buffer.from(codec.Input.decode(journal[0]!.payload).value).toString(), '"hello"');
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri, { invocationId: invocationId(7) }));
  assert.deepEqual(await run.outcome(), DONE);
  assert.equal(run.calls, 1, "frames of one chunk come together");
});

test("the request's path and headers are those of the protocol", async () => {
  let headers: Record<string, unknown> = {};
  const endpoint = await startHttp2Endpoint((invocation) => {
    headers = invocation.headers;
    invocation.end(OUTPUT, END);
  });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const invoker = testInvoker({ requestHeaders: { "x-restate-cluster-name": "localcluster" } });
  const keyed = attemptOn(
    http2Endpoint(`${endpoint.uri}/mounted/here/`, {
      additionalHeaders: { "X-Team": "blue", "content-type": "text/plain", connection: "close" },
    }),
    { key: "a b/ü", traceparent, tracestate: "congo=t61rcWkgMzE" },
  );
  assert.deepEqual(await new RunningAttempt(invoker, keyed).outcome(), DONE);
  assert.equal(headers[":method"], "POST");
  assert.equal(headers[":path"], "/mounted/here/invoke/Greeter/greet");
  assert.equal(headers["content-type"], V6);
  assert.equal(headers.accept, V6);
  assert.equal(headers["x-restate-invocation-id"], invocationId(1));
  assert.equal(headers["x-restate-service-key"], "a%20b%2F%C3%BC");
  assert.equal(headers.traceparent, traceparent);
  assert.equal(headers.tracestate, "congo=t61rcWkgMzE");
  assert.equal(headers["x-team"], "blue");
  assert.equal(headers["x-restate-cluster-name"], "localcluster");
  assert.equal(headers["content-length"], undefined);

  // What one request had, the next one on the same handler must not inherit.
  const unkeyed = attemptOn(keyed.endpoint, {
    invocationId: invocationId(2),
    traceparent: "rubbish\n",
    tracestate: "a=1",
  });
  assert.deepEqual(await new RunningAttempt(invoker, unkeyed).outcome(), DONE);
  assert.equal(headers["x-restate-invocation-id"], invocationId(2));
  assert.equal("x-restate-service-key" in headers, false);
  assert.equal("traceparent" in headers, false);
  assert.equal("tracestate" in headers, false);
});

test("a replay sends the whole journal and the state, however large", async () => {
  const large = Buffer.alloc(300_000, "x");
  const journal = [
    INPUT,
    { type: MessageType.Run, payload: codec.Run.encode({ resultCompletionId: 1 }) },
    { type: MessageType.RunCompletion, payload: large },
    ...Array.from({ length: 500 }, (_, i) => ({
      type: MessageType.SetState,
      payload: codec.SetState.encode({ key: `k${i}`, value: Buffer.alloc(i) }),
    })),
  ];
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { start, journal: replayed } = await invocation.opening();
    assert.equal(start.key, "counter");
    assert.equal(start.partialState, false);
    assert.deepEqual(
      start.stateMap.map((s) => [s.key, Buffer.from(s.value).toString()]),
      [["count", "5"]],
    );
    assert.equal(start.retryCountSinceLastStoredEntry, 3);
    assert.equal(start.durationSinceLastStoredEntryMs, 1500);
    assert.deepEqual(
      replayed.map((frame) => [frame.type, Buffer.from(frame.payload)]),
      journal.map((entry) => [entry.type, Buffer.from(entry.payload)]),
    );
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  const request = attemptOn(endpoint.uri, {
    key: "counter",
    state: [{ key: "count", value: Buffer.from("5") }],
    isPartialState: false,
    journal,
    retryCountSinceLastStoredEntry: 3,
    durationSinceLastStoredEntryMs: 1500,
  });
  assert.deepEqual(await new RunningAttempt(invoker, request).outcome(), DONE);
});

test("notifications reach the handler while it runs, in order", async () => {
  const got: number[] = [];
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
    for (let i = 0; i < 100; i++) got.push((await invocation.next())!.payload[0]!);
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri));
  // Before there is a connection, in one turn, and in several.
  for (let i = 0; i < 10; i++) run.attempt.send(MessageType.SleepCompletion, Uint8Array.of(i));
  await run.count(1);
  for (let i = 10; i < 90; i++) run.attempt.send(MessageType.SleepCompletion, Uint8Array.of(i));
  await wait(5);
  for (let i = 90; i < 100; i++) run.attempt.send(MessageType.SleepCompletion, Uint8Array.of(i));
  assert.deepEqual(await run.outcome(), [MessageType.Sleep, ...DONE]);
  run.attempt.send(MessageType.SleepCompletion, Uint8Array.of(0));
  assert.deepEqual(
    got,
    Array.from({ length: 100 }, (_, i) => i),
  );
});

test("the random seed is the same on every attempt, and absent in version 5", async () => {
  const seeds: unknown[] = [];
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { start } = await invocation.opening();
    seeds.push(start.randomSeed);
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  for (const [protocolVersion, n] of [
    [6, 1],
    [7, 1],
    [6, 2],
    [5, 1],
  ] as const) {
    const request = attemptOn(endpoint.uri, { protocolVersion, invocationId: invocationId(n) });
    assert.deepEqual(await new RunningAttempt(invoker, request).outcome(), DONE);
  }
  assert.equal(seeds[0], seeds[1]);
  assert.notEqual(seeds[0], seeds[2]);
  assert.equal(seeds[3], undefined);
});

test("the idempotency key goes along from version 7 on", async () => {
  const keys: unknown[] = [];
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    keys.push((await invocation.opening()).start.idempotencyKey);
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  for (const protocolVersion of [6, 7]) {
    const request = attemptOn(endpoint.uri, { protocolVersion, idempotencyKey: "once" });
    await new RunningAttempt(invoker, request).outcome();
  }
  assert.deepEqual(keys, [undefined, "once"]);
});

test("frames after a terminal one are dropped", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => invocation.end(OUTPUT, END, OUTPUT, END));
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri));
  assert.deepEqual(await run.outcome(), DONE);
  await wait(10);
  assert.deepEqual(run.types, DONE);
  assert.equal(run.failure, null);
});

test("close() cancels a stream that has not ended", async () => {
  let cancelled: (code: number) => void;
  const code = new Promise<number>((resolve) => {
    cancelled = resolve;
  });
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.stream.on("close", () => cancelled(invocation.stream.rstCode));
    invocation.write(OUTPUT);
  });
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri));
  await run.count(1);
  run.attempt.close();
  run.attempt.close();
  assert.equal(await code, 8, "CANCEL");
  await wait(10);
  assert.equal(run.failure, null, "nothing is reported after close");
});

test("after a terminal frame the stream ends in peace, or is reset after a while", async () => {
  const codes: number[] = [];
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    invocation.stream.on("close", () => codes.push(invocation.stream.rstCode));
    const { start } = await invocation.opening();
    if (start.debugId === invocationId(1)) invocation.end(OUTPUT, END);
    else invocation.write(OUTPUT, END);
    assert.equal(await invocation.next(), null, "the request side is closed at once");
  });
  const invoker = testInvoker({ drainTimeoutMs: 50 });
  const peaceful = new RunningAttempt(invoker, attemptOn(endpoint.uri));
  assert.deepEqual(await peaceful.outcome(), DONE);
  await wait(20);
  assert.deepEqual(codes, [0]);
  const lingering = new RunningAttempt(invoker, attemptOn(endpoint.uri, { invocationId: invocationId(2) }));
  assert.deepEqual(await lingering.outcome(), DONE);
  await wait(150);
  assert.deepEqual(codes, [0, 8]);
});
