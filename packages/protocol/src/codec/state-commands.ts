/** Commands on the state of a keyed service. Every command has `name = 12`. */
import type * as message from "../messages.js";
import { MessageType } from "../messages.js";
import { type Draft, type MessageCodec, messageCodec } from "./message-codec.js";
import { NO_BYTES, readStateKeys, readValue, writeStateKeys } from "./nested.js";
import { readValueResult, readVoidResult } from "./outcome.js";

export const GetLazyState = messageCodec<message.GetLazyState>(
  "GetLazyState",
  MessageType.GetLazyState,
  (w, m) => {
    if (m.key !== "") w.text(0x0a, m.key); // key bytes = 1
    if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.GetLazyState> = { key: "", resultCompletionId: 0 };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) m.key = r.text();
      else if (tag === 0x58) m.resultCompletionId = r.uint32();
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const SetState = messageCodec<message.SetState>(
  "SetState",
  MessageType.SetState,
  (w, m) => {
    if (m.key !== "") w.text(0x0a, m.key); // key bytes = 1
    w.wrappedBytes(0x1a, m.value); // value Value = 3
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.SetState> = { key: "", value: NO_BYTES };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) m.key = r.text();
      else if (tag === 0x1a) m.value = readValue(r);
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const ClearState = messageCodec<message.ClearState>(
  "ClearState",
  MessageType.ClearState,
  (w, m) => {
    if (m.key !== "") w.text(0x0a, m.key); // key bytes = 1
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.ClearState> = { key: "" };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) m.key = r.text();
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const ClearAllState: MessageCodec<message.ClearAllState> = messageCodec<message.ClearAllState>(
  "ClearAllState",
  MessageType.ClearAllState,
  (w, m) => {
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.ClearAllState> = {};
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const GetLazyStateKeys = messageCodec<message.GetLazyStateKeys>(
  "GetLazyStateKeys",
  MessageType.GetLazyStateKeys,
  (w, m) => {
    if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    const m: Draft<message.GetLazyStateKeys> = { resultCompletionId: 0 };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x58) m.resultCompletionId = r.uint32();
      else if (tag === 0x62) m.name = r.text();
      else r.skip(tag);
    }
    return m;
  },
);

export const GetEagerState = messageCodec<message.GetEagerState>(
  "GetEagerState",
  MessageType.GetEagerState,
  (w, m) => {
    if (m.key !== "") w.text(0x0a, m.key); // key bytes = 1
    if (m.name) w.text(0x62, m.name); // name = 12
    if (m.result.kind === "void")
      w.empty(0x6a); // void = 13
    else w.wrappedBytes(0x72, m.result.value); // value Value = 14
  },
  (r) => {
    let key = "";
    let name: string | undefined;
    let result: message.GetEagerState["result"] | undefined;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) key = r.text();
      else if (tag === 0x62) name = r.text();
      else if (tag === 0x6a) result = readVoidResult(r);
      else if (tag === 0x72) result = readValueResult(r);
      else r.skip(tag);
    }
    if (result === undefined) throw r.missing("result");
    return name === undefined ? { key, result } : { key, result, name };
  },
);

export const GetEagerStateKeys = messageCodec<message.GetEagerStateKeys>(
  "GetEagerStateKeys",
  MessageType.GetEagerStateKeys,
  (w, m) => {
    if (m.name) w.text(0x62, m.name); // name = 12
    writeStateKeys(w, 0x72, m.keys); // value StateKeys = 14
  },
  (r) => {
    const m: Draft<message.GetEagerStateKeys> = { keys: [] };
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x62) m.name = r.text();
      else if (tag === 0x72) m.keys = readStateKeys(r);
      else r.skip(tag);
    }
    return m;
  },
);
