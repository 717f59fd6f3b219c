import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAwakeableId } from "@pawl/protocol";
import {
  bytes,
  completion,
  failure,
  fresh,
  invocationId,
  namedSignal,
  RAW_ID,
  signal,
  VOID,
  value,
} from "./story.test.kit.js";

const request = { service: "S", handler: "h", parameter: bytes("p") };

describe("sleep", () => {
  it("is a command with the time to wake up at, ended by a notification", () => {
    const s = fresh();
    const handle = s.machine.sleep(1000, "nap");
    assert.deepEqual(s.output(), ['Sleep {"wakeUpTime":1000,"resultCompletionId":1,"name":"nap"}']);
    assert.deepEqual(s.progress(handle), { kind: "wait" });
    s.server(completion("SleepCompletion", 1, VOID));
    assert.deepEqual(s.progress(handle), { kind: "ready", handle });
    assert.equal(s.take(handle), "void");
  });
});

describe("call", () => {
  it("numbers the invocation id before the result", () => {
    const s = fresh();
    assert.deepEqual(s.machine.call({ ...request, key: "k", idempotencyKey: "i", name: "n" }), {
      invocationId: 1,
      result: 2,
    });
    assert.deepEqual(s.output(), [
      'Call {"serviceName":"S","handlerName":"h","parameter":"p","key":"k",' +
        '"invocationIdNotificationIdx":1,"resultCompletionId":2,"idempotencyKey":"i","name":"n"}',
    ]);
    s.server(completion("CallInvocationIdCompletion", 1, invocationId("inv_1x")));
    s.server(completion("CallCompletion", 2, value("r")));
    s.progress(2);
    assert.equal(s.take(2), "r");
    assert.equal(s.take(1), "inv_1x", "looked at on the way");
  });

  it("delivers a failure of the callee", () => {
    const s = fresh();
    const { result } = s.machine.call(request);
    s.server(completion("CallCompletion", 2, failure(418, "teapot")));
    s.progress(result);
    assert.deepEqual(s.take(result), { code: 418, message: "teapot" });
  });

  it("refuses empty keys, and scopes before V7", () => {
    assert.throws(() => fresh().machine.call({ ...request, idempotencyKey: "" }), /must not be empty/);
    assert.throws(() => fresh().machine.call({ ...request, scope: "s" }), /needs service protocol V7/);
    const s = fresh({ version: 7 });
    s.machine.call({ ...request, scope: "s", limitKey: "l" });
    assert.match(s.output()[0]!, /"scope":"s","limitKey":"l"/);
  });
});

describe("one-way call", () => {
  it("takes one id and an optional time", () => {
    const s = fresh();
    assert.equal(s.machine.send(request, 0), 1);
    assert.equal(s.machine.send(request, 5000), 2);
    assert.deepEqual(s.output(), [
      'OneWayCall {"serviceName":"S","handlerName":"h","parameter":"p","invokeTime":0,"invocationIdNotificationIdx":1}',
      'OneWayCall {"serviceName":"S","handlerName":"h","parameter":"p","invokeTime":5000,"invocationIdNotificationIdx":2}',
    ]);
  });
});

describe("awakeables and signals", () => {
  it("count up from signal 17, and nothing is journaled", () => {
    const s = fresh();
    const first = s.machine.awakeable();
    const second = s.machine.awakeable();
    assert.deepEqual(s.output(), []);
    const parsed = parseAwakeableId(first.id);
    assert.deepEqual(Buffer.from(parsed.invocationId), Buffer.from(RAW_ID));
    assert.equal(first.handle, -17);
    assert.equal(second.handle, -18);
    s.server(signal(18, value("b")), signal(17, value("a")));
    s.progress(-17);
    assert.equal(s.take(-17), "a");
    assert.equal(s.take(-18), "b");
  });

  it("are completed by their id", () => {
    const s = fresh();
    s.machine.completeAwakeable("sign_1x", { kind: "value", value: bytes("v") });
    s.machine.completeAwakeable("sign_1x", failure(500, "no"));
    assert.deepEqual(s.output(), [
      'CompleteAwakeable {"awakeableId":"sign_1x","result":{"kind":"value","value":"v"}}',
      'CompleteAwakeable {"awakeableId":"sign_1x","result":{"kind":"failure","failure":{"code":500,"message":"no"}}}',
    ]);
  });

  it("of one name are received one after the other", () => {
    const s = fresh();
    const handle = s.machine.namedSignal("go");
    s.server(
      namedSignal("go", value("1")),
      namedSignal("go", value("2")),
      completion("SleepCompletion", 1, VOID),
    );
    s.progress(1);
    assert.equal(s.take(handle), "1");
    assert.equal(s.take(handle), "2");
    assert.equal(s.take(handle), undefined);
  });

  it("are sent by name; cancel is signal 1", () => {
    const s = fresh();
    s.machine.sendSignal("inv_1x", "go", { kind: "value", value: bytes("1") });
    s.machine.cancelInvocation("inv_1x");
    assert.deepEqual(s.output(), [
      'SendSignal {"targetInvocationId":"inv_1x","signal":{"kind":"name","name":"go"},"result":{"kind":"value","value":"1"}}',
      'SendSignal {"targetInvocationId":"inv_1x","signal":{"kind":"index","index":1},"result":{"kind":"void"}}',
    ]);
  });
});

describe("promises of a workflow", () => {
  it("are read, looked at and completed by commands of their own", () => {
    const s = fresh();
    s.machine.getPromise("p");
    s.machine.peekPromise("p");
    s.machine.completePromise("p", { kind: "value", value: bytes("v") });
    s.machine.completePromise("p", failure(500, "no"));
    assert.deepEqual(s.output(), [
      'GetPromise {"key":"p","resultCompletionId":1}',
      'PeekPromise {"key":"p","resultCompletionId":2}',
      'CompletePromise {"key":"p","completion":{"kind":"value","value":"v"},"resultCompletionId":3}',
      'CompletePromise {"key":"p","completion":{"kind":"failure","failure":{"code":500,"message":"no"}},"resultCompletionId":4}',
    ]);
    s.server(completion("CompletePromiseCompletion", 3, failure(409, "done")));
    s.progress(3);
    assert.deepEqual(s.take(3), { code: 409, message: "done" });
  });
});

describe("other invocations", () => {
  it("are attached to, and their output is looked at", () => {
    const s = fresh();
    s.machine.attachInvocation({ kind: "invocationId", invocationId: "inv_1x" });
    s.machine.getInvocationOutput({ kind: "workflow", workflowName: "W", workflowKey: "k" });
    assert.deepEqual(s.output(), [
      'AttachInvocation {"target":{"kind":"invocationId","invocationId":"inv_1x"},"resultCompletionId":1}',
      'GetInvocationOutput {"target":{"kind":"workflow","workflowName":"W","workflowKey":"k"},"resultCompletionId":2}',
    ]);
  });
});

describe("the end", () => {
  it("is an Output, then End", () => {
    const s = fresh();
    s.machine.succeed(bytes("r"));
    assert.deepEqual(s.output(), ['Output {"result":{"kind":"value","value":"r"}}', "End"]);
    assert.equal(s.machine.phase, "closed");
  });

  it("may be a failure", () => {
    const s = fresh();
    s.machine.failTerminally({ code: 400, message: "bad", metadata: [{ key: "a", value: "b" }] });
    assert.deepEqual(s.output(), [
      'Output {"result":{"kind":"failure","failure":{"code":400,"message":"bad","metadata":[{"key":"a","value":"b"}]}}}',
      "End",
    ]);
  });

  it("may have no metadata in V5", () => {
    const s = fresh({ version: 5 });
    const metadata = [{ key: "a", value: "b" }];
    assert.throws(() => s.machine.failTerminally({ code: 400, message: "bad", metadata }));
    assert.match(
      s.output()[0]!,
      /^Error \{"code":573,"message":"Metadata of a terminal error needs service protocol V6/,
    );
  });
});
