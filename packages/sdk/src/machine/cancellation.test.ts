import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytes, completion, fresh, invocationId, signal, VOID, value } from "./story.test.kit.js";

const request = { service: "S", handler: "h", parameter: bytes("") };
const CANCEL = signal(1, VOID);

describe("cancellation", () => {
  it("reaches an await, and only once", () => {
    const s = fresh();
    s.machine.sleep(10);
    s.server(CANCEL);
    assert.deepEqual(s.progress(1), { kind: "cancelled" });
    assert.deepEqual(s.progress(1), { kind: "wait" });
    s.server(completion("SleepCompletion", 1, VOID));
    assert.deepEqual(s.progress(1), { kind: "ready", handle: 1 });
  });

  it("is passed on to calls, not to sends", () => {
    const s = fresh();
    s.machine.call(request);
    s.machine.send(request, 0);
    s.machine.call(request);
    s.output();
    s.server(
      completion("CallInvocationIdCompletion", 1, invocationId("inv_1a")),
      completion("CallInvocationIdCompletion", 3, invocationId("inv_1send")),
      completion("CallInvocationIdCompletion", 4, invocationId("inv_1b")),
      CANCEL,
    );
    assert.deepEqual(s.progress(5), { kind: "cancelled" });
    assert.deepEqual(s.output(), [
      'SendSignal {"targetInvocationId":"inv_1a","signal":{"kind":"index","index":1},"result":{"kind":"void"}}',
      'SendSignal {"targetInvocationId":"inv_1b","signal":{"kind":"index","index":1},"result":{"kind":"void"}}',
    ]);
    s.server(CANCEL);
    assert.deepEqual(s.progress(5), { kind: "cancelled" });
    assert.deepEqual(s.output(), [], "calls are told once");
  });

  it("waits for the ids of calls first", () => {
    const s = fresh();
    s.machine.call(request);
    s.output();
    s.server(CANCEL);
    assert.deepEqual(s.progress(2), { kind: "wait" });
    s.server(completion("CallInvocationIdCompletion", 1, invocationId("inv_1a")));
    assert.deepEqual(s.progress(2), { kind: "cancelled" });
    assert.equal(s.output().length, 1);
  });

  it("suspends on the id alone when it does not come", () => {
    const s = fresh();
    s.machine.call(request);
    s.server(CANCEL);
    s.machine.receiveEnd();
    s.output();
    assert.deepEqual(s.progress(2), { kind: "suspended" });
    assert.deepEqual(s.output(), ['Suspension {"completions":[1]}']);
  });

  it("remembers an id that user code has taken", () => {
    const s = fresh();
    s.machine.call(request);
    s.server(completion("CallInvocationIdCompletion", 1, invocationId("inv_1a")));
    s.progress(1);
    assert.equal(s.take(1), "inv_1a");
    s.output();
    s.server(CANCEL);
    assert.deepEqual(s.progress(2), { kind: "cancelled" });
    assert.match(s.output()[0]!, /inv_1a/);
  });

  it("does not overtake what came before it", () => {
    const s = fresh();
    s.machine.sleep(10);
    s.server(completion("SleepCompletion", 1, VOID), CANCEL);
    assert.deepEqual(s.progress(1), { kind: "ready", handle: 1 });
  });

  it("is an ordinary signal when cancellation is explicit", () => {
    const s = fresh({ implicitCancellation: false });
    s.machine.call(request);
    s.server(CANCEL, completion("CallCompletion", 2, value("r")));
    assert.deepEqual(s.progress(2), { kind: "ready", handle: 2 });
    assert.equal(s.take(-1), "void");
    s.machine.receiveEnd();
    s.output();
    s.progress(9);
    assert.deepEqual(s.output(), ['Suspension {"completions":[9]}']);
  });
});
