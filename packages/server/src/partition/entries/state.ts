import { codec, MessageType } from "@pawl/protocol";
import { type Invocation, isExclusive, type KeyState } from "../model.js";
import type { Partition } from "../partition.js";
import { CommandRefused } from "./refused.js";

function readableKey(p: Partition, invocation: Invocation): KeyState {
  if (invocation.target.key === null) {
    throw new CommandRefused("RT0017", "only virtual objects and workflows have state");
  }
  return p.keyOf(invocation);
}

function writableKey(p: Partition, invocation: Invocation): KeyState {
  if (!isExclusive(invocation.target.kind)) {
    throw new CommandRefused(
      "RT0017",
      "only an exclusive handler may write state; a shared handler reads it",
    );
  }
  return p.keyOf(invocation);
}

export function applyGetLazyState(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name, resultCompletionId } = codec.GetLazyState.decode(payload);
  const value = readableKey(p, invocation).state.get(name);
  p.append(invocation, MessageType.GetLazyState, payload);
  p.appendCompletion(
    invocation,
    MessageType.GetLazyStateCompletion,
    resultCompletionId,
    value === undefined ? { kind: "void" } : { kind: "value", value },
  );
}

export function applyGetLazyStateKeys(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { resultCompletionId } = codec.GetLazyStateKeys.decode(payload);
  const keys = [...readableKey(p, invocation).state.keys()].sort();
  p.append(invocation, MessageType.GetLazyStateKeys, payload);
  p.appendCompletion(invocation, MessageType.GetLazyStateKeysCompletion, resultCompletionId, {
    kind: "stateKeys",
    keys,
  });
}

export function applySetState(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name, value } = codec.SetState.decode(payload);
  const key = writableKey(p, invocation);
  p.append(invocation, MessageType.SetState, payload);
  // A copy: a key stays in memory, the network buffer that the value is a view of must not.
  const own = value.slice();
  key.state.set(name, own);
  key.dirtyState.set(name, own);
  p.turn.batch.touchKey(key);
}

export function applyClearState(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { key: name } = codec.ClearState.decode(payload);
  const key = writableKey(p, invocation);
  p.append(invocation, MessageType.ClearState, payload);
  if (!key.state.delete(name)) return;
  key.dirtyState.set(name, null);
  p.turn.batch.touchKey(key);
}

export function applyClearAllState(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const key = writableKey(p, invocation);
  p.append(invocation, MessageType.ClearAllState, payload);
  key.state.clear();
  key.dirtyState.clear();
  key.stateCleared = true;
  p.turn.batch.touchKey(key);
}
