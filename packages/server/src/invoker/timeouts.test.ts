import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  OUTPUT,
  RunningAttempt,
  SUSPENSION,
  startHttp2Endpoint,
  testInvoker,
  wait,
} from "./harness.test.js";

test("after the inactivity timeout the request side is closed, and the handler suspends", async () => {
  const startedAt = performance.now();
  let endedAt = 0;
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
    assert.equal(await invocation.next(), null);
    endedAt = performance.now();
    invocation.end(SUSPENSION);
  });
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri, { inactivityTimeoutMs: 100 }));
  assert.deepEqual(await run.outcome(), [MessageType.Sleep, MessageType.Suspension]);
  const elapsed = endedAt - startedAt;
  assert.ok(elapsed >= 100 && elapsed < 400, `${elapsed} ms`);
});

test("frames in either direction put the inactivity timeout off", async () => {
  let hasEnded = false;
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    invocation.stream.on("end", () => {
      hasEnded = true;
    });
    for (let i = 0; i < 5; i++) {
      await wait(40);
      invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
    }
    for (let i = 0; i < 5; i++) assert.notEqual(await invocation.next(), null);
    assert.equal(hasEnded, false);
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri, { inactivityTimeoutMs: 120 }));
  await run.count(5);
  for (let i = 0; i < 5; i++) {
    await wait(40);
    run.attempt.send(MessageType.SleepCompletion, new Uint8Array(0));
  }
  assert.deepEqual(await run.outcome(), [...new Array(5).fill(MessageType.Sleep), ...DONE]);
});

test("when it is asked to suspend the request side is closed at once, and what the handler still does counts", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    invocation.write({ type: MessageType.Run, payload: new Uint8Array(0) });
    assert.equal(await invocation.next(), null);
    invocation.end({ type: MessageType.ProposeRunCompletion, payload: new Uint8Array(0) }, SUSPENSION);
  });
  const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri));
  await run.count(1);
  run.attempt.askToSuspend();
  run.attempt.askToSuspend();
  run.attempt.send(MessageType.SleepCompletion, new Uint8Array(0));
  assert.deepEqual(await run.outcome(), [
    MessageType.Run,
    MessageType.ProposeRunCompletion,
    MessageType.Suspension,
  ]);
});

test("an attempt that is asked to suspend before it has a connection gets its journal, and no more", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { journal } = await invocation.opening();
    assert.equal(journal.length, 1);
    assert.equal(await invocation.next(), null);
    invocation.end(SUSPENSION);
  });
  const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri));
  run.attempt.askToSuspend();
  run.attempt.send(MessageType.SleepCompletion, new Uint8Array(0));
  assert.deepEqual(await run.outcome(), [MessageType.Suspension]);
});

test("one that is asked to suspend and does not is given up after the abort timeout: RT0001", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    invocation.write({ type: MessageType.Sleep, payload: new Uint8Array(0) });
  });
  const run = new RunningAttempt(testInvoker(), attemptOn(endpoint.uri, { abortTimeoutMs: 50 }));
  await run.count(1);
  run.attempt.askToSuspend();
  assert.equal((await run.failureOf()).docCode, "RT0001");
});

test("a handler that does not suspend in time is given up: RT0001", async () => {
  let code = 0;
  const endpoint = await startHttp2Endpoint((invocation) => {
    invocation.respond();
    invocation.stream.on("close", () => {
      code = invocation.stream.rstCode;
    });
  });
  const invoker = testInvoker();
  const startedAt = performance.now();
  const timeouts = { inactivityTimeoutMs: 60, abortTimeoutMs: 100 };
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri, timeouts));
  const failure = await run.failureOf();
  const elapsed = performance.now() - startedAt;
  assert.equal(failure.docCode, "RT0001");
  assert.equal(failure.code, 500);
  assert.match(failure.message, /invoke\/Greeter\/greet.*100 ms.*abort timeout.*RT0001/);
  assert.ok(elapsed >= 160 && elapsed < 500, `${elapsed} ms`);
  await wait(20);
  assert.equal(code, 8, "CANCEL");
});

test("an endpoint that never answers is given up, too", async () => {
  const endpoint = await startHttp2Endpoint(() => {});
  const invoker = testInvoker();
  const timeouts = { inactivityTimeoutMs: 30, abortTimeoutMs: 30 };
  const failure = await new RunningAttempt(invoker, attemptOn(endpoint.uri, timeouts)).failureOf();
  assert.equal(failure.docCode, "RT0001");
});

test("frames that arrive after the half-close put the abort timeout off", async () => {
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    await invocation.opening();
    assert.equal(await invocation.next(), null);
    for (let i = 0; i < 4; i++) {
      await wait(50);
      invocation.write({ type: MessageType.Run, payload: new Uint8Array(0) });
    }
    invocation.end(SUSPENSION);
  });
  const invoker = testInvoker();
  const timeouts = { inactivityTimeoutMs: 30, abortTimeoutMs: 120 };
  const run = new RunningAttempt(invoker, attemptOn(endpoint.uri, timeouts));
  assert.deepEqual(await run.outcome(), [...new Array(4).fill(MessageType.Run), MessageType.Suspension]);
});
