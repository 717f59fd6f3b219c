/** Commands of every kind but state, promises and calls. Every command has `name = 12` (SendSignal: `entry_name`). */
import type * as message from "../messages.js";
import { type Header, MessageType, type Outcome, type SignalResult } from "../messages.js";
import { type Draft, messageCodec } from "./message-codec.js";
import { NO_BYTES, readHeader, readValue, writeHeaders } from "./nested.js";
import {
  readFailureResult,
  readValueResult,
  readVoidResult,
  writeOutcome,
  writeSignalResult,
} from "./outcome.js";

export const Input = messageCodec<message.Input>(
  "Input",
  MessageType.Input,
  (w, m) => {
    writeHeaders(w, 0x0a, m.headers); // headers = 1
    if (m.name) w.text(0x62, m.name); // name = 12
    w.wrappedBytes(0x72, m.value); // value Value = 14
  },
  (r) => {
    const headers: Header[] = [];
    const m: Draft<message.Input> = { headers, value: NO_BYTES };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) headers.push(readHeader(r));
      else if (tag === 0x62) m.name = r.text();
      else if (tag === 0x72) m.value = readValue(r);
      else r.skip(tag);
    }
    return m;
  },
);

export const Output = messageCodec<message.Output>(
  "Output",
  MessageType.Output,
  (w, m) => {
    if (m.name) w.text(0x62, m.name); // name = 12
    writeOutcome(w, 0x72, 0x7a, m.result); // value Value = 14, failure = 15
  },
  (r) => {
    let result: Outcome | undefined;
    let name: string | undefined;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x62) name = r.text();
      else if (tag === 0x72) result = readValueResult(r);
      else if (tag === 0x7a) result = readFailureResult(r);
      else r.skip(tag);
    }
    if (result === undefined) throw r.missing("result");
    return name === undefined ? { result } : { result, name };
  },
);

export const Sleep = messageCodec<message.Sleep>(
  "Sleep",
  MessageType.Sleep,
  (w, m) => {
    if (m.wakeUpTime !== 0) w.safeUint64(0x08, m.wakeUpTime); // wake_up_time = 1
    if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.Sleep> = { wakeUpTime: 0, resultCompletionId: 0 };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x08) m.wakeUpTime = r.safeUint64();
      else if (tag === 0x58) m.resultCompletionId = r.uint32();
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const Run = messageCodec<message.Run>(
  "Run",
  MessageType.Run,
  (w, m) => {
    if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.Run> = { resultCompletionId: 0 };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x58) m.resultCompletionId = r.uint32();
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const SendSignal = messageCodec<message.SendSignal>(
  "SendSignal",
  MessageType.SendSignal,
  (w, m) => {
    if (m.targetInvocationId !== "") w.text(0x0a, m.targetInvocationId); // target_invocation_id = 1
    if (m.signal.kind === "index")
      w.uint32(0x10, m.signal.index); // idx = 2
    else w.text(0x1a, m.signal.name); // name = 3
    writeSignalResult(w, m.result); // void = 4, value = 5, failure = 6
    if (m.name) w.text(0x62, m.name); // entry_name = 12
  },
  (r) => {
    let targetInvocationId = "";
    let signal: message.SendSignal["signal"] | undefined;
    let result: SignalResult | undefined;
    let name: string | undefined;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) targetInvocationId = r.text();
      else if (tag === 0x10) signal = { kind: "index", index: r.uint32() };
      else if (tag === 0x1a) signal = { kind: "name", name: r.text() };
      else if (tag === 0x22) result = readVoidResult(r);
      else if (tag === 0x2a) result = readValueResult(r);
      else if (tag === 0x32) result = readFailureResult(r);
      else if (tag === 0x62) name = r.text();
      else r.skip(tag);
    }
    if (signal === undefined) throw r.missing("signal_id");
    if (result === undefined) throw r.missing("result");
    return name === undefined
      ? { targetInvocationId, signal, result }
      : { targetInvocationId, signal, result, name };
  },
);

export const CompleteAwakeable = messageCodec<message.CompleteAwakeable>(
  "CompleteAwakeable",
  MessageType.CompleteAwakeable,
  (w, m) => {
    if (m.awakeableId !== "") w.text(0x0a, m.awakeableId); // awakeable_id = 1
    writeOutcome(w, 0x12, 0x1a, m.result); // value Value = 2, failure = 3
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    let awakeableId = "";
    let result: Outcome | undefined;
    let name: string | undefined;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) awakeableId = r.text();
      else if (tag === 0x12) result = readValueResult(r);
      else if (tag === 0x1a) result = readFailureResult(r);
      else if (tag === 0x62) name = r.text();
      else r.skip(tag);
    }
    if (result === undefined) throw r.missing("result");
    return name === undefined ? { awakeableId, result } : { awakeableId, result, name };
  },
);
