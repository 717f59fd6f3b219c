/** One message of every kind and shape, for the tests that must hold for all of them. */

import {
  Combinator,
  ErrorBehavior,
  type Failure,
  type Future,
  type InvocationTarget,
  type NotificationId,
  type Outcome,
  type SendSignal,
  type SignalResult,
} from "../messages.js";
import * as codec from "./index.js";

export interface Sample {
  readonly name: string;
  readonly codec: { encode(message: unknown): Uint8Array; decode(payload: Uint8Array): unknown };
  readonly message: unknown;
}

interface Of<T> {
  encode(message: T): Uint8Array;
  decode(payload: Uint8Array): T;
}

/** Checks the message's type here, forgets it for the list. */
function sample<T>(name: string, of: Of<T>, message: NoInfer<T>): Sample {
  return { name, codec: of as Sample["codec"], message };
}

function samplesOf<T>(name: string, of: Of<T>, messages: readonly NoInfer<T>[]): Sample[] {
  return messages.map((message, i) => sample(`${name} ${i + 1}`, of, message));
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const empty = bytes();
const long = new Uint8Array(300).fill(7);
const id24 = Uint8Array.from({ length: 24 }, (_, i) => i * 11);

const plainFailure: Failure = { code: 500, message: "it broke" };
const fullFailure: Failure = {
  code: 418,
  message: "größer 😀",
  metadata: [
    { key: "reason", value: "teapot" },
    { key: "", value: "" },
  ],
};
const emptyFailure: Failure = { code: 0, message: "" };

const leaf: Future = {
  completions: [1, 2, 300_000],
  signals: [17],
  namedSignals: ["gö", ""],
  nested: [],
  combinator: Combinator.FirstCompleted,
};
const tree: Future = {
  completions: [],
  signals: [],
  namedSignals: [],
  nested: [
    leaf,
    { ...leaf, nested: [leaf], combinator: Combinator.AllCompleted },
    { completions: [], signals: [], namedSignals: [], nested: [], combinator: Combinator.Unknown },
    {
      ...leaf,
      completions: Array.from({ length: 200 }, (_, i) => i),
      combinator: Combinator.FirstSucceededOrAllFailed,
    },
  ],
  combinator: Combinator.AllSucceededOrFirstFailed,
};

const outcomes: readonly Outcome[] = [
  { kind: "value", value: bytes(1, 2, 3) },
  { kind: "value", value: empty },
  { kind: "value", value: long },
  { kind: "failure", failure: plainFailure },
  { kind: "failure", failure: fullFailure },
  { kind: "failure", failure: emptyFailure },
];
const signalResults: readonly SignalResult[] = [{ kind: "void" }, ...outcomes];

const completion: NotificationId = { kind: "completion", id: 1 };

const signal17: SendSignal["signal"] = { kind: "index", index: 17 };

const start = {
  id: id24,
  debugId: "inv_1abc",
  knownEntries: 1,
  stateMap: [],
  partialState: false,
  key: "",
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntryMs: 0,
};
const error = { code: 500, message: "boom", stacktrace: "" };
const call = {
  serviceName: "Greeter",
  handlerName: "greet",
  parameter: bytes(0, 255),
  headers: [],
  key: "",
  invocationIdNotificationIdx: 1,
};
const fullCall = {
  serviceName: "Größe",
  handlerName: "greet",
  parameter: long,
  headers: [
    { key: "a", value: "b" },
    { key: "long", value: "v".repeat(500) },
  ],
  key: "käy",
  idempotencyKey: "",
  scope: "scope",
  limitKey: "limit/key",
  invocationIdNotificationIdx: 0xffff_ffff,
  name: "named",
};
const targets: readonly InvocationTarget[] = [
  { kind: "invocationId", invocationId: "inv_1x" },
  { kind: "idempotent", serviceName: "S", handlerName: "h", idempotencyKey: "k" },
  { kind: "idempotent", serviceName: "S", serviceKey: "", handlerName: "h", idempotencyKey: "k", scope: "s" },
  { kind: "workflow", workflowName: "W", workflowKey: "k" },
  { kind: "workflow", workflowName: "W", workflowKey: "k", scope: "" },
];

export const samples: readonly Sample[] = [
  ...samplesOf("Start", codec.Start, [
    start,
    {
      ...start,
      knownEntries: 4_294_967_295,
      stateMap: [
        { key: "k", value: bytes(1) },
        { key: "größe", value: empty },
        { key: "", value: long },
      ],
      partialState: true,
      key: "object key",
      retryCountSinceLastStoredEntry: 3,
      durationSinceLastStoredEntryMs: Number.MAX_SAFE_INTEGER,
      randomSeed: 0xffff_ffff_ffff_ffffn,
      scope: "s",
      limitKey: "",
      idempotencyKey: "",
    },
    { ...start, id: empty, debugId: "", knownEntries: 0, randomSeed: 1n },
    { ...start, randomSeed: 0x8000_0000n, idempotencyKey: "key" },
  ]),
  ...samplesOf("Suspension", codec.Suspension, [
    { completions: [1], signals: [1], namedSignals: [] },
    { completions: [1, 127, 128, 16_384, 4_294_967_295], signals: [], namedSignals: ["a", ""] },
    { completions: [], signals: [], namedSignals: [], awaitingOn: leaf },
    { completions: [], signals: [], namedSignals: [], awaitingOn: tree },
  ]),
  ...samplesOf("Error", codec.Error, [
    error,
    {
      ...error,
      stacktrace: "at a\nat b",
      relatedCommandIndex: 0,
      relatedCommandName: "",
      relatedCommandType: 0,
      nextRetryDelayMs: 0,
      behavior: ErrorBehavior.Pause,
    },
    {
      ...error,
      code: 571,
      message: "ä".repeat(100),
      relatedCommandIndex: 7,
      relatedCommandName: "r",
      relatedCommandType: 0x411,
      nextRetryDelayMs: 5_000_000_000,
      behavior: ErrorBehavior.Fail,
    },
  ]),
  ...samplesOf("End", codec.End, [{}]),
  ...samplesOf("CommandAck", codec.CommandAck, [{ commandIndex: 0 }, { commandIndex: 300 }]),
  ...samplesOf(
    "ProposeRunCompletion",
    codec.ProposeRunCompletion,
    outcomes.map((result, i) => ({ resultCompletionId: i, result })),
  ),
  ...samplesOf("AwaitingOn", codec.AwaitingOn, [
    { awaitingOn: leaf, executingSideEffects: false },
    { awaitingOn: tree, executingSideEffects: true },
  ]),
  ...samplesOf("ProposeRunCompletionAck", codec.ProposeRunCompletionAck, [{ completionId: 1 }]),
  ...samplesOf("Input", codec.Input, [
    { headers: [], value: empty },
    { headers: [{ key: "h", value: "v" }], value: long, name: "n" },
  ]),
  ...samplesOf("Output", codec.Output, [
    ...outcomes.map((result) => ({ result })),
    { result: outcomes[0]!, name: "n" },
  ]),
  ...samplesOf("GetLazyState", codec.GetLazyState, [
    { key: "k", resultCompletionId: 1 },
    { key: "", resultCompletionId: 0, name: "n" },
  ]),
  ...samplesOf("SetState", codec.SetState, [
    { key: "k", value: bytes(1) },
    { key: "größe", value: empty, name: "n" },
  ]),
  ...samplesOf("ClearState", codec.ClearState, [{ key: "k" }, { key: "k", name: "n" }]),
  ...samplesOf("ClearAllState", codec.ClearAllState, [{}, { name: "n" }]),
  ...samplesOf("GetLazyStateKeys", codec.GetLazyStateKeys, [
    { resultCompletionId: 1 },
    { resultCompletionId: 0, name: "n" },
  ]),
  ...samplesOf("GetEagerState", codec.GetEagerState, [
    { key: "k", result: { kind: "void" } },
    { key: "k", result: { kind: "value", value: empty } },
    { key: "k", result: { kind: "value", value: long }, name: "n" },
  ]),
  ...samplesOf("GetEagerStateKeys", codec.GetEagerStateKeys, [
    { keys: [] },
    { keys: ["a", "", "ö"], name: "n" },
  ]),
  ...samplesOf("GetPromise", codec.GetPromise, [{ key: "p", resultCompletionId: 1, name: "n" }]),
  ...samplesOf("PeekPromise", codec.PeekPromise, [{ key: "p", resultCompletionId: 1 }]),
  ...samplesOf(
    "CompletePromise",
    codec.CompletePromise,
    outcomes.map((completion) => ({ key: "p", completion, resultCompletionId: 9, name: "n" })),
  ),
  ...samplesOf("Sleep", codec.Sleep, [
    { wakeUpTime: 1_795_240_797_247, resultCompletionId: 1 },
    { wakeUpTime: 0, resultCompletionId: 0, name: "nap" },
  ]),
  ...samplesOf("Call", codec.Call, [
    { ...call, resultCompletionId: 2 },
    { ...fullCall, resultCompletionId: 2 },
    { ...call, serviceName: "", handlerName: "", parameter: empty, resultCompletionId: 0 },
  ]),
  ...samplesOf("OneWayCall", codec.OneWayCall, [
    { ...call, invokeTime: 0 },
    { ...fullCall, invokeTime: 1_795_240_797_247 },
  ]),
  ...samplesOf("SendSignal", codec.SendSignal, [
    ...signalResults.map((result) => ({
      targetInvocationId: "inv_1x",
      signal: signal17,
      result,
    })),
    {
      targetInvocationId: "inv_1x",
      signal: { kind: "name", name: "ready" },
      result: signalResults[0]!,
      name: "entry",
    },
    { targetInvocationId: "", signal: { kind: "name", name: "" }, result: signalResults[0]! },
    { targetInvocationId: "", signal: { kind: "index", index: 0 }, result: signalResults[0]! },
  ]),
  ...samplesOf("Run", codec.Run, [{ resultCompletionId: 1 }, { resultCompletionId: 2, name: "step" }]),
  ...samplesOf(
    "AttachInvocation",
    codec.AttachInvocation,
    targets.map((target) => ({ target, resultCompletionId: 3 })),
  ),
  ...samplesOf(
    "GetInvocationOutput",
    codec.GetInvocationOutput,
    targets.map((target) => ({ target, resultCompletionId: 3, name: "n" })),
  ),
  ...samplesOf(
    "CompleteAwakeable",
    codec.CompleteAwakeable,
    outcomes.map((result) => ({ awakeableId: "sign_1x", result, name: "n" })),
  ),
  ...samplesOf("Notification", codec.Notification, [
    ...signalResults.map((result) => ({ id: completion, result })),
    { id: { kind: "signal", index: 1 }, result: { kind: "void" } },
    { id: { kind: "namedSignal", name: "ready" }, result: { kind: "value", value: bytes(1) } },
    { id: completion, result: { kind: "invocationId", invocationId: "inv_1x" } },
    { id: completion, result: { kind: "stateKeys", keys: [] } },
    { id: completion, result: { kind: "stateKeys", keys: ["a", "b"] } },
  ]),
  ...samplesOf("Future", codec.Future, [leaf, tree]),
];

/** Every decoder once. */
export const decoders: readonly { readonly name: string; decode(payload: Uint8Array): unknown }[] = [
  ...new Map(samples.map((s) => [s.codec, { name: s.name, decode: s.codec.decode }])).values(),
];
