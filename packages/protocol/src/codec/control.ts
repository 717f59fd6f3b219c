/**
 * Control messages: 0x0000 to 0x03ff.
 *
 * Fields are written in the order of their numbers, as the official server and SDKs write them: equal messages are then
 * equal bytes, whoever encoded them.
 */
import type * as message from "../messages.js";
import {
  ErrorBehavior,
  type ErrorMessage,
  type Future,
  MessageType,
  type Outcome,
  type StateEntry,
} from "../messages.js";
import type { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";
import { readFuture, writeFuture } from "./future.js";
import { type Draft, messageCodec } from "./message-codec.js";
import { NO_BYTES, readFailure, writeFailure } from "./nested.js";

function writeStart(w: ProtoWriter, m: message.Start): void {
  if (m.id.length > 0) w.bytes(0x0a, m.id); // id = 1
  if (m.debugId !== "") w.text(0x12, m.debugId); // debug_id = 2
  if (m.knownEntries !== 0) w.uint32(0x18, m.knownEntries); // known_entries = 3
  for (const entry of m.stateMap) writeStateEntry(w, entry); // state_map = 4
  if (m.partialState) w.bool(0x28, true); // partial_state = 5
  if (m.key !== "") w.text(0x32, m.key); // key = 6
  // retry_count_since_last_stored_entry = 7
  if (m.retryCountSinceLastStoredEntry !== 0) w.uint32(0x38, m.retryCountSinceLastStoredEntry);
  // duration_since_last_stored_entry = 8
  if (m.durationSinceLastStoredEntryMs !== 0) w.safeUint64(0x40, m.durationSinceLastStoredEntryMs);
  // random_seed = 9: no presence on the wire, so a seed of 0 is not sent
  if (m.randomSeed !== undefined && m.randomSeed !== 0n) w.bigUint64(0x48, m.randomSeed);
  if (m.scope !== undefined) w.text(0x52, m.scope); // scope = 10
  if (m.limitKey !== undefined) w.text(0x5a, m.limitKey); // limit_key = 11
  if (m.idempotencyKey !== undefined) w.text(0x62, m.idempotencyKey); // idempotency_key = 12
}

/** StateEntry { key bytes = 1, value bytes = 2 } */
function writeStateEntry(w: ProtoWriter, entry: StateEntry): void {
  const opened = w.open(0x22);
  if (entry.key !== "") w.text(0x0a, entry.key);
  if (entry.value.length > 0) w.bytes(0x12, entry.value);
  w.close(opened);
}

function readStateEntry(r: ProtoReader): StateEntry {
  r.countElement();
  const outer = r.enter();
  let key = "";
  let value = NO_BYTES;
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) key = r.text();
    else if (tag === 0x12) value = r.bytes();
    else r.skip(tag);
  }
  r.leave(outer);
  return { key, value };
}

function readStart(r: ProtoReader): message.Start {
  const stateMap: StateEntry[] = [];
  const m: Draft<message.Start> = {
    id: NO_BYTES,
    debugId: "",
    knownEntries: 0,
    stateMap,
    partialState: false,
    key: "",
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
  };
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        m.id = r.bytes();
        break;
      case 0x12:
        m.debugId = r.text();
        break;
      case 0x18:
        m.knownEntries = r.uint32();
        break;
      case 0x22:
        stateMap.push(readStateEntry(r));
        break;
      case 0x28:
        m.partialState = r.bool();
        break;
      case 0x32:
        m.key = r.text();
        break;
      case 0x38:
        m.retryCountSinceLastStoredEntry = r.uint32();
        break;
      case 0x40:
        m.durationSinceLastStoredEntryMs = r.safeUint64();
        break;
      case 0x48:
        m.randomSeed = r.bigUint64();
        break;
      case 0x52:
        m.scope = r.text();
        break;
      case 0x5a:
        m.limitKey = r.text();
        break;
      case 0x62:
        m.idempotencyKey = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

export const Start = messageCodec<message.Start>("Start", MessageType.Start, writeStart, readStart);

function writeSuspension(w: ProtoWriter, m: message.Suspension): void {
  if (m.completions.length > 0) w.packedUint32(0x0a, m.completions); // waiting_completions = 1
  if (m.signals.length > 0) w.packedUint32(0x12, m.signals); // waiting_signals = 2
  for (const name of m.namedSignals) w.text(0x1a, name); // waiting_named_signals = 3
  if (m.awaitingOn !== undefined) writeFuture(w, 0x22, m.awaitingOn); // awaiting_on = 4
}

function readSuspension(r: ProtoReader): message.Suspension {
  const completions: number[] = [];
  const signals: number[] = [];
  const namedSignals: string[] = [];
  const m: Draft<message.Suspension> = { completions, signals, namedSignals };
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        r.packedUint32(completions);
        break;
      case 0x08:
        completions.push(r.uint32Element());
        break;
      case 0x12:
        r.packedUint32(signals);
        break;
      case 0x10:
        signals.push(r.uint32Element());
        break;
      case 0x1a:
        r.countElement();
        namedSignals.push(r.text());
        break;
      case 0x22:
        m.awaitingOn = readFuture(r);
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

export const Suspension = messageCodec<message.Suspension>(
  "Suspension",
  MessageType.Suspension,
  writeSuspension,
  readSuspension,
);

function writeError(w: ProtoWriter, m: ErrorMessage): void {
  if (m.code !== 0) w.uint32(0x08, m.code); // code = 1
  if (m.message !== "") w.text(0x12, m.message); // message = 2
  if (m.stacktrace !== "") w.text(0x1a, m.stacktrace); // stacktrace = 3
  if (m.relatedCommandIndex !== undefined) w.uint32(0x20, m.relatedCommandIndex); // related_command_index = 4
  if (m.relatedCommandName !== undefined) w.text(0x2a, m.relatedCommandName); // related_command_name = 5
  if (m.relatedCommandType !== undefined) w.uint32(0x30, m.relatedCommandType); // related_command_type = 6
  if (m.nextRetryDelayMs !== undefined) w.safeUint64(0x40, m.nextRetryDelayMs); // next_retry_delay = 8
  if (m.behavior !== undefined && m.behavior !== ErrorBehavior.Retry) w.uint32(0x48, m.behavior); // behavior = 9
}

function readError(r: ProtoReader): ErrorMessage {
  const m: Draft<ErrorMessage> = { code: 0, message: "", stacktrace: "" };
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x08:
        m.code = r.uint32();
        break;
      case 0x12:
        m.message = r.text();
        break;
      case 0x1a:
        m.stacktrace = r.text();
        break;
      case 0x20:
        m.relatedCommandIndex = r.uint32();
        break;
      case 0x2a:
        m.relatedCommandName = r.text();
        break;
      case 0x30:
        m.relatedCommandType = r.uint32();
        break;
      case 0x40:
        m.nextRetryDelayMs = r.safeUint64();
        break;
      case 0x48:
        m.behavior = errorBehaviorOf(r.enumeration());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

/** A behavior from a future protocol is treated as Retry, which loses nothing. */
function errorBehaviorOf(value: number): ErrorBehavior {
  return value === ErrorBehavior.Pause || value === ErrorBehavior.Fail ? value : ErrorBehavior.Retry;
}

const ErrorCodec = messageCodec<ErrorMessage>("Error", MessageType.Error, writeError, readError);

export { ErrorCodec as Error };

function skipAll(r: ProtoReader): void {
  while (r.more()) r.skip(r.tag());
}

export const End = messageCodec<message.End>(
  "End",
  MessageType.End,
  () => {},
  (r) => {
    skipAll(r);
    return {};
  },
);

/** A message whose only field is a u32 with number 1. */
function readOnlyNumber(r: ProtoReader): number {
  let value = 0;
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x08) value = r.uint32();
    else r.skip(tag);
  }
  return value;
}

export const CommandAck = messageCodec<message.CommandAck>(
  "CommandAck",
  MessageType.CommandAck,
  (w, m) => {
    if (m.commandIndex !== 0) w.uint32(0x08, m.commandIndex); // command_index = 1
  },
  (r) => ({ commandIndex: readOnlyNumber(r) }),
);

function writeProposeRunCompletion(w: ProtoWriter, m: message.ProposeRunCompletion): void {
  if (m.resultCompletionId !== 0) w.uint32(0x08, m.resultCompletionId); // result_completion_id = 1
  // A oneof has presence: an empty value is written, too.
  if (m.result.kind === "value")
    w.bytes(0x72, m.result.value); // value = 14, bare bytes
  else writeFailure(w, 0x7a, m.result.failure); // failure = 15
}

function readProposeRunCompletion(r: ProtoReader): message.ProposeRunCompletion {
  let resultCompletionId = 0;
  let result: Outcome | undefined;
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x08:
        resultCompletionId = r.uint32();
        break;
      case 0x72:
        result = { kind: "value", value: r.bytes() };
        break;
      case 0x7a:
        result = { kind: "failure", failure: readFailure(r) };
        break;
      default:
        r.skip(tag);
    }
  }
  if (result === undefined) throw r.missing("result");
  return { resultCompletionId, result };
}

export const ProposeRunCompletion = messageCodec<message.ProposeRunCompletion>(
  "ProposeRunCompletion",
  MessageType.ProposeRunCompletion,
  writeProposeRunCompletion,
  readProposeRunCompletion,
);

export const AwaitingOn = messageCodec<message.AwaitingOn>(
  "AwaitingOn",
  MessageType.AwaitingOn,
  (w, m) => {
    writeFuture(w, 0x0a, m.awaitingOn); // awaiting_on = 1
    if (m.executingSideEffects) w.bool(0x10, true); // executing_side_effects = 2
  },
  (r) => {
    let awaitingOn: Future | undefined;
    let executingSideEffects = false;
    while (r.more()) {
      const tag = r.tag();
      if (tag === 0x0a) awaitingOn = readFuture(r);
      else if (tag === 0x10) executingSideEffects = r.bool();
      else r.skip(tag);
    }
    if (awaitingOn === undefined) throw r.missing("awaiting_on");
    return { awaitingOn, executingSideEffects };
  },
);

export const ProposeRunCompletionAck = messageCodec<message.ProposeRunCompletionAck>(
  "ProposeRunCompletionAck",
  MessageType.ProposeRunCompletionAck,
  (w, m) => {
    if (m.completionId !== 0) w.uint32(0x08, m.completionId); // completion_id = 1
  },
  (r) => ({ completionId: readOnlyNumber(r) }),
);
