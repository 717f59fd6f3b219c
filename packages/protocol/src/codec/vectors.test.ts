/** Frames in hex from the notes on the official protocol (Restate 1.7 as observed, docs/compatibility.md): both directions must agree. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame, REQUESTED_ACK_FLAG } from "../frames.js";
import { hex, unhex } from "../hex.test.helper.js";
import { Combinator, MessageType } from "../messages.js";
import * as codec from "./index.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const one = { kind: "value", value: text("1") } as const;

interface Of<T> {
  encode(message: T): Uint8Array;
  decode(payload: Uint8Array): T;
}

function vector<T>(
  what: string,
  header: string,
  payload: string,
  of: Of<T>,
  type: number,
  message: T,
  flags = 0,
): void {
  test(what, () => {
    assert.equal(hex(encodeFrame(type, of.encode(message), flags)), header + payload);
    assert.deepEqual(of.decode(unhex(payload)), message);
  });
}

vector(
  "GetEagerState without a value",
  "0407000000000005",
  "0a01636a00",
  codec.GetEagerState,
  MessageType.GetEagerState,
  {
    key: "c",
    result: { kind: "void" },
  },
);
vector("SetState", "0403000000000008", "0a01631a030a0135", codec.SetState, MessageType.SetState, {
  key: "c",
  value: text("5"),
});
vector("Run", "0411000000000006", "580162027231", codec.Run, MessageType.Run, {
  resultCompletionId: 1,
  name: "r1",
});
vector(
  "ProposeRunCompletion that asks for an ack",
  "0005800000000005",
  "0801720131",
  codec.ProposeRunCompletion,
  MessageType.ProposeRunCompletion,
  { resultCompletionId: 1, result: one },
  REQUESTED_ACK_FLAG,
);
vector(
  "ProposeRunCompletionAck",
  "0007000000000002",
  "0801",
  codec.ProposeRunCompletionAck,
  MessageType.ProposeRunCompletionAck,
  { completionId: 1 },
);
vector("RunCompletion", "8011000000000007", "08012a030a0131", codec.Notification, MessageType.RunCompletion, {
  id: { kind: "completion", id: 1 },
  result: one,
});
vector("Sleep", "040c000000000009", "08bfc8c2e59f345801", codec.Sleep, MessageType.Sleep, {
  wakeUpTime: 1_795_240_797_247,
  resultCompletionId: 1,
});
vector("SleepCompletion", "800c000000000004", "08012200", codec.Notification, MessageType.SleepCompletion, {
  id: { kind: "completion", id: 1 },
  result: { kind: "void" },
});
vector(
  "CallInvocationIdCompletion",
  "800e00000000000a",
  "0801820105696e765f78",
  codec.Notification,
  MessageType.CallInvocationIdCompletion,
  { id: { kind: "completion", id: 1 }, result: { kind: "invocationId", invocationId: "inv_x" } },
);
vector(
  "CallCompletion",
  "800d000000000007",
  "08022a030a0131",
  codec.Notification,
  MessageType.CallCompletion,
  {
    id: { kind: "completion", id: 2 },
    result: one,
  },
);
vector("cancel signal", "fbff000000000004", "10012200", codec.Notification, MessageType.Signal, {
  id: { kind: "signal", index: 1 },
  result: { kind: "void" },
});
vector(
  "Suspension of V5 and V6",
  "0001000000000006",
  "0a0101120101",
  codec.Suspension,
  MessageType.Suspension,
  {
    completions: [1],
    signals: [1],
    namedSignals: [],
  },
);
vector(
  "Suspension of V7",
  "000100000000000a",
  "22080a01011201012801",
  codec.Suspension,
  MessageType.Suspension,
  {
    completions: [],
    signals: [],
    namedSignals: [],
    awaitingOn: {
      completions: [1],
      signals: [1],
      namedSignals: [],
      nested: [],
      combinator: Combinator.FirstCompleted,
    },
  },
);
vector("Output", "0401000000000005", "72030a0135", codec.Output, MessageType.Output, {
  result: { kind: "value", value: text("5") },
});
vector("End", "0003000000000000", "", codec.End, MessageType.End, {});
