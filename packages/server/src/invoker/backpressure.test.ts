import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  OUTPUT,
  RunningAttempt,
  startHttp2Endpoint,
  testInvoker,
  wait,
} from "./harness.test.js";

test("frames for a handler that reads late wait, and arrive in order", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { stream } = invocation;
    stream.pause();
    invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
    await wait(50);
    stream.resume();
    await invocation.opening();
    for (let i = 0; i < 2000; i++) {
      const { payload } = (await invocation.next())!;
      assert.equal(Buffer.from(payload).readUInt32BE(0), i);
    }
    invocation.end(OUTPUT, END);
  });
  const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri));
  await run.count(1);
  for (let i = 0; i < 2000; i++) {
    const payload = Buffer.alloc(1000);
    payload.writeUInt32BE(i, 0);
    run.attempt.send(MessageType.SleepCompletion, payload);
    if (i % 100 === 0) await wait(0);
  }
  assert.deepEqual(await run.outcome(), [MessageType.Sleep, ...DONE]);
});

test("a handler that never reads fails its attempt before memory grows: RT0010", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.stream.pause();
    invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
  });
  const run = new RunningAttempt(testInvoker({ maxUnsentBytes: 1_000_000 }), attemptOn(endpoint.uri));
  await run.count(1);
  let sent = 0;
  while (run.failure === null && sent < 10_000) {
    run.attempt.send(MessageType.SleepCompletion, Buffer.alloc(10_000));
    if (++sent % 10 === 0) await wait(0);
  }
  assert.equal(run.failure?.docCode, "RT0010");
  assert.match(run.failure!.message, /has not read \d+ bytes/);
  assert.ok(sent < 200, `${sent}`);
});

test("an answer of many megabytes gets through", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    for (let i = 0; i < 20; i++) {
      invocation.write({ type: MessageType.SetState, payload: Buffer.alloc(1_000_000, i) });
    }
    invocation.end(OUTPUT, END);
  });
  const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri));
  await run.outcome();
  assert.equal(run.failure, null);
  assert.equal(run.received.length, 22);
  for (let i = 0; i < 20; i++) assert.equal(run.received[i]!.payload[999_999], i);
});
