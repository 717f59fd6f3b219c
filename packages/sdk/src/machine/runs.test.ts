import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunExit, RunRetry } from "./runs.js";
import {
  bytes,
  completion,
  failure,
  frame,
  fresh,
  input,
  journal,
  type Story,
  story,
  value,
} from "./story.test.kit.js";

const failed = (retry?: RunRetry): RunExit => ({
  kind: "retryable",
  code: 500,
  message: "boom",
  stacktrace: "at x",
  durationMs: 10,
  ...(retry && { retry }),
});

const policy = (maxAttempts?: number): RunRetry => ({
  kind: "policy",
  policy: {
    initialIntervalMs: 50,
    factor: 2,
    maxIntervalMs: 1000,
    ...(maxAttempts !== undefined && { maxAttempts }),
  },
});

/** A run whose closure has been asked for. */
function executing(s: Story, name = "r"): number | string {
  const { handle, execute } = s.machine.run(name);
  assert.ok(execute);
  assert.deepEqual(s.progress(handle), { kind: "execute", handle });
  s.output();
  return handle;
}

describe("run", () => {
  it("is executed when it is awaited, and usable once the server echoed it (V6)", () => {
    const s = fresh();
    const { handle, execute } = s.machine.run("r1");
    assert.deepEqual({ handle, execute }, { handle: 1, execute: true });
    assert.deepEqual(s.output(), ['Run {"resultCompletionId":1,"name":"r1"}']);
    assert.deepEqual(s.progress(handle), { kind: "execute", handle });
    assert.deepEqual(s.progress(handle), { kind: "wait" });
    s.machine.finishRun(handle, { kind: "success", value: bytes("1") });
    assert.deepEqual(s.output(), [
      'ProposeRunCompletion {"resultCompletionId":1,"result":{"kind":"value","value":"1"}}',
    ]);
    assert.deepEqual(s.progress(handle), { kind: "wait" });
    s.server(completion("RunCompletion", 1, value("1")));
    assert.deepEqual(s.progress(handle), { kind: "ready", handle });
    assert.equal(s.take(handle), "1");
  });

  it("asks for an ack in V7 and keeps the value meanwhile", () => {
    const s = fresh({ version: 7 });
    const handle = executing(s);
    s.machine.finishRun(handle, { kind: "success", value: bytes("1") });
    assert.deepEqual(s.output(), [
      'ProposeRunCompletion (ack requested) {"resultCompletionId":1,"result":{"kind":"value","value":"1"}}',
    ]);
    s.server(frame("ProposeRunCompletionAck", { completionId: 1 }));
    assert.deepEqual(s.progress(handle), { kind: "ready", handle });
    assert.equal(s.take(handle), "1");
  });

  it("refuses an ack for what it did not propose", () => {
    const s = fresh({ version: 7 });
    assert.throws(() => s.server(frame("ProposeRunCompletionAck", { completionId: 4 })), /did not propose/);
    assert.match(s.output()[0]!, /^Error \{"code":571/);
  });

  it("is not executed while nobody awaits it", () => {
    const s = fresh();
    s.machine.run("unawaited");
    const sleep = s.machine.sleep(10);
    assert.deepEqual(s.progress(sleep), { kind: "wait" });
  });

  it("is not executed again when its result is in the journal", () => {
    const entries = [
      input(),
      frame("Run", { resultCompletionId: 1, name: "r" }),
      completion("RunCompletion", 1, value("7")),
    ];
    const s = story(journal(entries));
    assert.deepEqual(s.machine.run("r"), { handle: 1, execute: false });
    s.progress(1);
    assert.equal(s.take(1), "7");
  });

  it("several awaited runs are executed in the order of their commands", () => {
    const s = fresh();
    const a = s.machine.run("a").handle;
    const b = s.machine.run("b").handle;
    assert.deepEqual(s.progress(b, a), { kind: "execute", handle: a });
    assert.deepEqual(s.progress(b, a), { kind: "execute", handle: b });
    assert.deepEqual(s.progress(b, a), { kind: "wait" });
  });

  it("a terminal error is recorded as its result", () => {
    const s = fresh();
    s.machine.finishRun(executing(s), { kind: "terminal", failure: { code: 409, message: "no" } });
    assert.deepEqual(s.output(), [
      'ProposeRunCompletion {"resultCompletionId":1,"result":{"kind":"failure","failure":{"code":409,"message":"no"}}}',
    ]);
    s.server(completion("RunCompletion", 1, failure(409, "no")));
    s.progress(1);
    assert.deepEqual(s.take(1), { code: 409, message: "no" });
  });
});

describe("retries of a run", () => {
  it("fail the attempt and leave the delay to the server when no option is set", () => {
    const s = fresh();
    const handle = executing(s);
    assert.throws(() => s.machine.finishRun(handle, failed()));
    assert.deepEqual(s.output(), [
      'Error {"code":500,"message":"boom","relatedCommandIndex":1,"relatedCommandName":"r","relatedCommandType":1041}',
    ]);
    assert.equal(s.machine.phase, "closed");
  });

  it("name the delay of the policy", () => {
    const s = fresh();
    const handle = executing(s);
    assert.throws(() => s.machine.finishRun(handle, failed(policy())));
    assert.match(s.output()[0]!, /"nextRetryDelayMs":50\}/);
  });

  const replayed = [input(), frame("Run", { resultCompletionId: 1, name: "r" })];

  it("count the attempts of Start for the first entry after replay", () => {
    const s = story(
      journal(replayed, { retryCountSinceLastStoredEntry: 2, durationSinceLastStoredEntryMs: 400 }),
    );
    const handle = executing(s);
    assert.throws(() => s.machine.finishRun(handle, failed(policy())));
    assert.match(s.output()[0]!, /"nextRetryDelayMs":200\}/);
  });

  it("give up after the last attempt: the failure becomes the result", () => {
    const s = story(
      journal(replayed, { retryCountSinceLastStoredEntry: 2, durationSinceLastStoredEntryMs: 400 }),
    );
    s.machine.finishRun(executing(s), failed(policy(3)));
    assert.deepEqual(s.output(), [
      'ProposeRunCompletion {"resultCompletionId":1,"result":{"kind":"failure","failure":{"code":500,"message":"boom"}}}',
    ]);
  });

  it("start at one for any later entry", () => {
    const s = story(journal(replayed, { retryCountSinceLastStoredEntry: 9 }));
    s.machine.run("r");
    const second = s.machine.run("later").handle;
    s.output();
    s.progress(second);
    assert.throws(() => s.machine.finishRun(second, failed(policy(2))));
    assert.match(s.output()[0]!, /"nextRetryDelayMs":50\}/);
  });

  it("obey a delay that the closure names, within the bounds", () => {
    const s = fresh();
    const handle = executing(s);
    assert.throws(() =>
      s.machine.finishRun(handle, failed({ kind: "after", delayMs: 1234, maxAttempts: 2 })),
    );
    assert.match(s.output()[0]!, /"nextRetryDelayMs":1234\}/);
    const last = fresh();
    last.machine.finishRun(executing(last), failed({ kind: "after", delayMs: 1234, maxAttempts: 1 }));
    assert.match(last.output()[0]!, /^ProposeRunCompletion .*"boom"/);
  });

  it("pause in V7, are refused before", () => {
    const s = fresh({ version: 7 });
    const handle = executing(s);
    assert.throws(() => s.machine.finishRun(handle, failed({ kind: "pause" })));
    assert.match(s.output()[0]!, /^Error .*"behavior":1\}/);
    const old = fresh({ version: 6 });
    const oldHandle = executing(old);
    assert.throws(
      () => old.machine.finishRun(oldHandle, failed({ kind: "pause" })),
      /needs service protocol V7/,
    );
    assert.match(old.output()[0]!, /^Error \{"code":573/);
  });
});
