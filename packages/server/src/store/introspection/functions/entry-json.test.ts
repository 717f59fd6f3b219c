import assert from "node:assert/strict";
import { test } from "node:test";
import { codec, MessageType, type NotificationResult } from "@pawl/protocol";
import { entryJson, entryLiteJson } from "./entry-json.js";

/* What the official server shows of the same entries. */

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const failure = { kind: "failure", failure: { code: 409, message: "m" } } as const;
const value = { kind: "value", value: bytes("1") } as const;
const NO_CALLEE = null;

const commands: readonly (readonly [type: number, payload: Uint8Array, whole: object, lite: object])[] = [
  [
    MessageType.Input,
    codec.Input.encode({ headers: [{ key: "a", value: "b" }], value: bytes("5") }),
    { Input: { headers: [{ name: "a", value: "b" }], payload: [53], name: "" } },
    { Input: {} },
  ],
  [
    MessageType.Output,
    codec.Output.encode({ result: failure }),
    { Output: { result: { Failure: { code: 409, message: "m" } }, name: "" } },
    { Output: { result: "Failure" } },
  ],
  [
    MessageType.Output,
    codec.Output.encode({
      result: { kind: "failure", failure: { code: 409, message: "m", metadata: [{ key: "a", value: "b" }] } },
    }),
    {
      Output: {
        result: { Failure: { code: 409, message: "m", metadata: [{ key: "a", value: "b" }] } },
        name: "",
      },
    },
    { Output: { result: "Failure" } },
  ],
  [
    MessageType.GetLazyState,
    codec.GetLazyState.encode({ key: "k", resultCompletionId: 1 }),
    { GetLazyState: { key: "k", completion_id: 1, name: "" } },
    { GetLazyState: { key: "k", completion_id: 1 } },
  ],
  [
    MessageType.SetState,
    codec.SetState.encode({ key: "k", value: bytes("1") }),
    { SetState: { key: "k", value: [49], name: "" } },
    { SetState: { key: "k" } },
  ],
  [
    MessageType.ClearState,
    codec.ClearState.encode({ key: "k" }),
    { ClearState: { key: "k", name: "" } },
    { ClearState: { key: "k" } },
  ],
  [
    MessageType.ClearAllState,
    codec.ClearAllState.encode({}),
    { ClearAllState: { name: "" } },
    { ClearAllState: {} },
  ],
  [
    MessageType.GetLazyStateKeys,
    codec.GetLazyStateKeys.encode({ resultCompletionId: 3 }),
    { GetLazyStateKeys: { completion_id: 3, name: "" } },
    { GetLazyStateKeys: { completion_id: 3 } },
  ],
  [
    MessageType.GetEagerState,
    codec.GetEagerState.encode({ key: "k", result: { kind: "void" } }),
    { GetEagerState: { key: "k", result: "Void", name: "" } },
    { GetEagerState: { key: "k", result: "Void" } },
  ],
  [
    MessageType.GetEagerStateKeys,
    codec.GetEagerStateKeys.encode({ keys: ["a", "b"] }),
    { GetEagerStateKeys: { state_keys: ["a", "b"], name: "" } },
    { GetEagerStateKeys: {} },
  ],
  [
    MessageType.PeekPromise,
    codec.PeekPromise.encode({ key: "p", resultCompletionId: 1 }),
    { PeekPromise: { key: "p", completion_id: 1, name: "" } },
    { PeekPromise: { key: "p", completion_id: 1 } },
  ],
  [
    MessageType.CompletePromise,
    codec.CompletePromise.encode({ key: "p", completion: value, resultCompletionId: 1 }),
    { CompletePromise: { key: "p", value: { Success: [49] }, completion_id: 1, name: "" } },
    { CompletePromise: { key: "p", completion_id: 1 } },
  ],
  [
    MessageType.Sleep,
    codec.Sleep.encode({ wakeUpTime: 1_795_256_636_923, resultCompletionId: 2, name: "nap" }),
    { Sleep: { wake_up_time: 1_795_256_636_923, completion_id: 2, name: "nap" } },
    { Sleep: { wake_up_time: 1_795_256_636_923, completion_id: 2, name: "nap" } },
  ],
  [
    MessageType.SendSignal,
    codec.SendSignal.encode({
      targetInvocationId: "inv_1x",
      signal: { kind: "name", name: "a" },
      result: value,
    }),
    {
      SendSignal: {
        target_invocation_id: "inv_1x",
        signal_id: { Name: "a" },
        result: { Success: [49] },
        name: "",
      },
    },
    { SendSignal: { target_invocation_id: "inv_1x", signal_id: { Name: "a" }, result: "Success" } },
  ],
  [
    MessageType.Run,
    codec.Run.encode({ resultCompletionId: 1 }),
    { Run: { completion_id: 1, name: "" } },
    { Run: { completion_id: 1 } },
  ],
  [
    MessageType.AttachInvocation,
    codec.AttachInvocation.encode({
      target: { kind: "invocationId", invocationId: "inv_1x" },
      resultCompletionId: 2,
    }),
    { AttachInvocation: { target: { InvocationId: "inv_1x" }, completion_id: 2, name: "" } },
    { AttachInvocation: { target: { InvocationId: "inv_1x" }, completion_id: 2 } },
  ],
  [
    MessageType.CompleteAwakeable,
    codec.CompleteAwakeable.encode({ awakeableId: "sign_1x", result: value }),
    { CompleteAwakeable: { id: "sign_1x", result: { Success: [49] }, name: "" } },
    { CompleteAwakeable: { id: "sign_1x", result: "Success" } },
  ],
];
for (const [type, payload, whole, lite] of commands) {
  test(`a command: ${Object.keys(whole)[0]}`, () => {
    assert.equal(entryJson(type, payload, NO_CALLEE), JSON.stringify({ Command: whole }));
    assert.equal(entryLiteJson(type, payload, NO_CALLEE), JSON.stringify({ Command: lite }));
  });
}

test("calls have the callee's id beside what was called", () => {
  const payload = codec.OneWayCall.encode({
    serviceName: "Counter",
    handlerName: "add",
    key: "k",
    parameter: bytes("1"),
    headers: [],
    invokeTime: 0,
    invocationIdNotificationIdx: 1,
  });
  const callee = {
    invocation_id: "inv_1callee",
    invocation_target: {
      VirtualObject: { name: "Counter", key: "k", handler: "add", handler_ty: "Exclusive", scope: null },
    },
  };
  assert.deepEqual(JSON.parse(entryLiteJson(MessageType.OneWayCall, payload, "inv_1callee")), {
    Command: { OneWayCall: { ...callee, invoke_time: 0, invocation_id_completion_id: 1 } },
  });
  const { request, ...rest } = JSON.parse(entryJson(MessageType.OneWayCall, payload, "inv_1callee")).Command
    .OneWayCall;
  assert.deepEqual(rest, { invoke_time: 0, invocation_id_completion_id: 1, name: "" });
  assert.deepEqual({ ...request, ...callee }, request);
  assert.deepEqual(request.parameter, [49]);
});

const completion = (result: NotificationResult) =>
  codec.Notification.encode({ id: { kind: "completion", id: 1 }, result });
const liteCompletion = (name: string, result: string) => ({
  ty: { Completion: name },
  id: { CompletionId: 1 },
  result,
});
const notifications: readonly (readonly [type: number, payload: Uint8Array, whole: object, lite: object])[] =
  [
    [
      MessageType.RunCompletion,
      completion(value),
      { Completion: { Run: { completion_id: 1, result: { Success: [49] } } } },
      liteCompletion("Run", "Success"),
    ],
    [
      MessageType.SleepCompletion,
      completion({ kind: "void" }),
      { Completion: { Sleep: { completion_id: 1 } } },
      liteCompletion("Sleep", "Void"),
    ],
    [
      MessageType.GetLazyStateKeysCompletion,
      completion({ kind: "stateKeys", keys: ["a"] }),
      { Completion: { GetLazyStateKeys: { completion_id: 1, state_keys: ["a"] } } },
      liteCompletion("GetLazyStateKeys", "StateKeys"),
    ],
    [
      MessageType.CallInvocationIdCompletion,
      completion({ kind: "invocationId", invocationId: "inv_1x" }),
      { Completion: { CallInvocationId: { completion_id: 1, invocation_id: "inv_1x" } } },
      liteCompletion("CallInvocationId", "InvocationId"),
    ],
    [
      MessageType.Signal,
      codec.Notification.encode({ id: { kind: "namedSignal", name: "a" }, result: failure }),
      { Signal: { id: { Name: "a" }, result: { Failure: { code: 409, message: "m" } } } },
      { ty: "Signal", id: { SignalName: "a" }, result: "Failure" },
    ],
    [
      MessageType.Signal,
      codec.Notification.encode({ id: { kind: "signal", index: 1 }, result: { kind: "void" } }),
      { Signal: { id: { Index: 1 }, result: "Void" } },
      { ty: "Signal", id: { SignalIndex: 1 }, result: "Void" },
    ],
  ];
for (const [type, payload, whole, lite] of notifications) {
  test(`a notification: ${JSON.stringify(lite)}`, () => {
    assert.equal(entryJson(type, payload, NO_CALLEE), JSON.stringify({ Notification: whole }));
    assert.equal(entryLiteJson(type, payload, NO_CALLEE), JSON.stringify({ Notification: lite }));
  });
}
