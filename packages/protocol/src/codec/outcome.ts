/** The `oneof` of a value and a failure that ends handlers, runs, promises and awakeables. */
import type { FailureResult, Outcome, SignalResult, ValueResult, VoidResult } from "../messages.js";
import type { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";
import { readFailure, readValue, readVoid, writeFailure } from "./nested.js";

export const VOID: VoidResult = { kind: "void" };

export function readValueResult(r: ProtoReader): ValueResult {
  return { kind: "value", value: readValue(r) };
}

export function readFailureResult(r: ProtoReader): FailureResult {
  return { kind: "failure", failure: readFailure(r) };
}

export function readVoidResult(r: ProtoReader): VoidResult {
  readVoid(r);
  return VOID;
}

/** The arms are tags of a Value and of a Failure. */
export function writeOutcome(w: ProtoWriter, valueTag: number, failureTag: number, outcome: Outcome): void {
  if (outcome.kind === "value") w.wrappedBytes(valueTag, outcome.value);
  else writeFailure(w, failureTag, outcome.failure);
}

/** Void = 4, Value = 5, Failure = 6: the numbers that SendSignal and all notifications share. */
export function writeSignalResult(w: ProtoWriter, result: SignalResult): void {
  switch (result.kind) {
    case "void":
      w.empty(0x22);
      break;
    case "value":
      w.wrappedBytes(0x2a, result.value);
      break;
    case "failure":
      writeFailure(w, 0x32, result.failure);
  }
}
