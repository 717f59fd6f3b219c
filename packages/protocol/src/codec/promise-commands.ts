/** Commands on a workflow's promises. Every command has `name = 12`. */
import type * as message from "../messages.js";
import { MessageType, type Outcome } from "../messages.js";
import type { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";
import { type Draft, type MessageCodec, messageCodec } from "./message-codec.js";
import { readFailureResult, readValueResult, writeOutcome } from "./outcome.js";

/** GetPromise and PeekPromise differ by type only. */
function writeGet(w: ProtoWriter, m: message.GetPromise): void {
  if (m.key !== "") w.text(0x0a, m.key); // key = 1
  if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
  if (m.name) w.text(0x62, m.name); // name = 12
}

function readGet(r: ProtoReader): message.GetPromise {
  const m: Draft<message.GetPromise> = { key: "", resultCompletionId: 0 };
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) m.key = r.text();
    else if (tag === 0x58) m.resultCompletionId = r.uint32();
    else if (tag === 0x62) m.name = r.text();
    else r.skip(tag);
  }
  return m;
}

export const GetPromise: MessageCodec<message.GetPromise> = messageCodec(
  "GetPromise",
  MessageType.GetPromise,
  writeGet,
  readGet,
);

export const PeekPromise: MessageCodec<message.GetPromise> = messageCodec(
  "PeekPromise",
  MessageType.PeekPromise,
  writeGet,
  readGet,
);

export const CompletePromise = messageCodec<message.CompletePromise>(
  "CompletePromise",
  MessageType.CompletePromise,
  (w, m) => {
    if (m.key !== "") w.text(0x0a, m.key); // key = 1
    writeOutcome(w, 0x12, 0x1a, m.completion); // completion_value = 2, completion_failure = 3
    if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
    if (m.name) w.text(0x62, m.name); // name = 12
  },
  (r) => {
    let key = "";
    let completion: Outcome | undefined;
    let resultCompletionId = 0;
    let name: string | undefined;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) key = r.text();
      else if (tag === 0x12) completion = readValueResult(r);
      else if (tag === 0x1a) completion = readFailureResult(r);
      else if (tag === 0x58) resultCompletionId = r.uint32();
      else if (tag === 0x62) name = r.text();
      else r.skip(tag);
    }
    if (completion === undefined) throw r.missing("completion");
    return name === undefined
      ? { key, completion, resultCompletionId }
      : { key, completion, resultCompletionId, name };
  },
);
