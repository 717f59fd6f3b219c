import { codec, MessageType, type NotificationResult, type Outcome } from "@pawl/protocol";
import { type Invocation, isWorkflow, type KeyState, type PromiseState } from "../model.js";
import type { Partition } from "../partition.js";
import { CommandRefused } from "./refused.js";

/** Source of code and text: Restate 1.7 as observed, docs/compatibility.md. */
const ALREADY_COMPLETED = { code: 409, message: "promise was already completed" };

function promisesOf(p: Partition, invocation: Invocation): KeyState {
  if (!isWorkflow(invocation.target.kind))
    throw new CommandRefused("RT0017", "only workflows have durable promises");
  return p.keyOf(invocation);
}

function promiseOf(key: KeyState, name: string): PromiseState {
  let promise = key.promises.get(name);
  if (promise === undefined) {
    promise = { outcome: null, waiters: [] };
    key.promises.set(name, promise);
  }
  return promise;
}

function changed(p: Partition, key: KeyState, name: string): void {
  key.dirtyPromises.add(name);
  p.turn.batch.touchKey(key);
}

export function applyGetPromise(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name, resultCompletionId } = codec.GetPromise.decode(payload);
  const key = promisesOf(p, invocation);
  p.append(invocation, MessageType.GetPromise, payload);
  const promise = promiseOf(key, name);
  if (promise.outcome !== null) {
    p.appendCompletion(invocation, MessageType.GetPromiseCompletion, resultCompletionId, promise.outcome);
    return;
  }
  promise.waiters.push({
    id: invocation.id,
    completionId: resultCompletionId,
    type: MessageType.GetPromiseCompletion,
  });
  changed(p, key, name);
}

export function applyPeekPromise(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name, resultCompletionId } = codec.PeekPromise.decode(payload);
  const key = promisesOf(p, invocation);
  p.append(invocation, MessageType.PeekPromise, payload);
  const result: NotificationResult = key.promises.get(name)?.outcome ?? { kind: "void" };
  p.appendCompletion(invocation, MessageType.PeekPromiseCompletion, resultCompletionId, result);
}

export function applyCompletePromise(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name, completion, resultCompletionId } = codec.CompletePromise.decode(payload);
  const key = promisesOf(p, invocation);
  p.append(invocation, MessageType.CompletePromise, payload);
  const promise = promiseOf(key, name);
  const isOpen = promise.outcome === null;
  p.appendCompletion(
    invocation,
    MessageType.CompletePromiseCompletion,
    resultCompletionId,
    isOpen ? { kind: "void" } : { kind: "failure", failure: ALREADY_COMPLETED },
  );
  if (!isOpen) return;
  const outcome = ownCopy(completion);
  promise.outcome = outcome;
  for (const { id, type, completionId } of promise.waiters) {
    p.send({ kind: "notify", id, type, completionId, result: outcome });
  }
  promise.waiters = [];
  changed(p, key, name);
}

/** A promise stays in memory, the network buffer that its value is a view of must not. */
function ownCopy(outcome: Outcome): Outcome {
  return outcome.kind === "value" ? { kind: "value", value: outcome.value.slice() } : outcome;
}
