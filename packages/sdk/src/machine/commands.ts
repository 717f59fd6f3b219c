import {
  type Call,
  codec,
  formatAwakeableId,
  type Header,
  type InvocationTarget,
  MessageType,
  type Outcome,
  type SignalResult,
} from "@pawl/protocol";
import { completionHandle, type Handle, signalHandle } from "./awaiting.js";
import {
  type CommandOptions,
  command,
  fitOutcome,
  peekReplayedType,
  rejectEmpty,
  requireVersion,
} from "./journal.js";
import type { MachineState } from "./state.js";

/** Whom a call goes to, and what it carries. */
export interface CallRequest {
  readonly service: string;
  readonly handler: string;
  /** Undefined for unkeyed services. */
  readonly key?: string;
  readonly parameter: Uint8Array;
  readonly headers?: readonly Header[];
  readonly idempotencyKey?: string;
  readonly scope?: string;
  readonly limitKey?: string;
  readonly name?: string;
}

export function getState(machine: MachineState, key: string): Handle {
  // An id is taken even when the answer is at hand: replay may find the lazy variant in the journal, and the reverse.
  const resultCompletionId = machine.journal.nextCompletionId();
  const handle = completionHandle(resultCompletionId);
  const local = machine.eagerState.get(key);
  const recorded = peekReplayedType(machine);
  const lazy = recorded === undefined ? local === "unknown" : recorded !== MessageType.GetEagerState;
  if (lazy) {
    command(machine, codec.GetLazyState, { key, resultCompletionId });
  } else {
    const result = local instanceof Uint8Array ? ({ kind: "value", value: local } as const) : VOID;
    const entry = command(machine, codec.GetEagerState, { key, result });
    machine.results.setReady(handle, entry.result);
  }
  return handle;
}

const VOID = { kind: "void" } as const;

export function getStateKeys(machine: MachineState): Handle {
  const resultCompletionId = machine.journal.nextCompletionId();
  const handle = completionHandle(resultCompletionId);
  const local = machine.eagerState.keys();
  const recorded = peekReplayedType(machine);
  const lazy = recorded === undefined ? local === undefined : recorded !== MessageType.GetEagerStateKeys;
  if (lazy) {
    command(machine, codec.GetLazyStateKeys, { resultCompletionId });
  } else {
    const { keys } = command(machine, codec.GetEagerStateKeys, { keys: local ?? [] });
    machine.results.setReady(handle, { kind: "stateKeys", keys });
  }
  return handle;
}

export function setState(
  machine: MachineState,
  key: string,
  value: Uint8Array,
  options?: CommandOptions,
): void {
  command(machine, codec.SetState, { key, value }, options);
  machine.eagerState.set(key, value);
}

export function clearState(machine: MachineState, key: string): void {
  command(machine, codec.ClearState, { key });
  machine.eagerState.clear(key);
}

export function clearAllState(machine: MachineState): void {
  command(machine, codec.ClearAllState, {});
  machine.eagerState.clearAll();
}

/** @param wakeUpTimeMs unix milliseconds */
export function sleep(machine: MachineState, wakeUpTimeMs: number, name?: string): Handle {
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.Sleep, {
    wakeUpTime: wakeUpTimeMs,
    resultCompletionId,
    ...(name !== undefined && { name }),
  });
  return completionHandle(resultCompletionId);
}

export function call(
  machine: MachineState,
  request: CallRequest,
  options?: CommandOptions,
): { readonly invocationId: Handle; readonly result: Handle } {
  const target = toCallTarget(machine, request);
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.Call, { ...target, resultCompletionId }, options);
  const invocationId = completionHandle(target.invocationIdNotificationIdx);
  if (machine.options.implicitCancellation ?? true) machine.trackedCalls.set(invocationId, undefined);
  return { invocationId, result: completionHandle(resultCompletionId) };
}

/**
 * @param invokeTimeMs unix milliseconds; 0: at once
 * @returns the handle of the invocation id
 */
export function send(
  machine: MachineState,
  request: CallRequest,
  invokeTimeMs: number,
  options?: CommandOptions,
): Handle {
  const target = toCallTarget(machine, request);
  command(machine, codec.OneWayCall, { ...target, invokeTime: invokeTimeMs }, options);
  return completionHandle(target.invocationIdNotificationIdx);
}

// The id of the invocation is numbered before the id of its result.
function toCallTarget(machine: MachineState, request: CallRequest): Omit<Call, "resultCompletionId"> {
  const { idempotencyKey, scope, limitKey, name } = request;
  rejectEmpty(idempotencyKey, "idempotency key");
  rejectEmpty(scope, "scope");
  rejectEmpty(limitKey, "limit key");
  if (scope !== undefined) requireVersion(machine, 7, "A scope");
  if (limitKey !== undefined) requireVersion(machine, 7, "A limit key");
  return {
    serviceName: request.service,
    handlerName: request.handler,
    key: request.key ?? "",
    parameter: request.parameter,
    headers: request.headers ?? NO_HEADERS,
    invocationIdNotificationIdx: machine.journal.nextCompletionId(),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(scope !== undefined && { scope }),
    ...(limitKey !== undefined && { limitKey }),
    ...(name !== undefined && { name }),
  };
}

const NO_HEADERS: readonly Header[] = [];

/** An awakeable is a signal of this invocation that others know by an id of its own. Nothing is journaled. */
export function awakeable(machine: MachineState): { readonly id: string; readonly handle: Handle } {
  const index = machine.journal.nextSignalIndex();
  return { id: formatAwakeableId(machine.start!.id, index), handle: signalHandle(index) };
}

export function completeAwakeable(
  machine: MachineState,
  awakeableId: string,
  result: Outcome,
  options?: CommandOptions,
): void {
  const fitting = fitOutcome(machine, result);
  command(machine, codec.CompleteAwakeable, { awakeableId, result: fitting }, options);
}

export function sendSignal(
  machine: MachineState,
  targetInvocationId: string,
  name: string,
  result: SignalResult,
): void {
  const fitting = fitOutcome(machine, result);
  command(machine, codec.SendSignal, { targetInvocationId, signal: { kind: "name", name }, result: fitting });
}

export function getPromise(machine: MachineState, key: string): Handle {
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.GetPromise, { key, resultCompletionId });
  return completionHandle(resultCompletionId);
}

export function peekPromise(machine: MachineState, key: string): Handle {
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.PeekPromise, { key, resultCompletionId });
  return completionHandle(resultCompletionId);
}

export function completePromise(
  machine: MachineState,
  key: string,
  completion: Outcome,
  options?: CommandOptions,
): Handle {
  const fitting = fitOutcome(machine, completion);
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.CompletePromise, { key, completion: fitting, resultCompletionId }, options);
  return completionHandle(resultCompletionId);
}

export function attachInvocation(machine: MachineState, target: InvocationTarget): Handle {
  checkTarget(machine, target);
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.AttachInvocation, { target, resultCompletionId });
  return completionHandle(resultCompletionId);
}

export function getInvocationOutput(machine: MachineState, target: InvocationTarget): Handle {
  checkTarget(machine, target);
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.GetInvocationOutput, { target, resultCompletionId });
  return completionHandle(resultCompletionId);
}

function checkTarget(machine: MachineState, target: InvocationTarget): void {
  if (target.kind === "invocationId" || target.scope === undefined) return;
  rejectEmpty(target.scope, "scope");
  requireVersion(machine, 7, "A scope");
}
