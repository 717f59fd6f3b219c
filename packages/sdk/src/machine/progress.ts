import { CANCEL_SIGNAL_INDEX, codec } from "@pawl/protocol";
import {
  type Awaited,
  type AwaitSet,
  CANCEL_HANDLE,
  flatten,
  type Handle,
  toFuture,
  withCancellation,
} from "./awaiting.js";
import { describe, protocolViolation, type RelatedCommand } from "./errors.js";
import { command, divergence } from "./journal.js";
import { awaitMismatch } from "./mismatch.js";
import { isAnyExecuting, takeRunToExecute } from "./runs.js";
import type { MachineState } from "./state.js";

/** What the caller has to do about what it awaits. */
export type Progress =
  /** An awaited result is there: take it. */
  | { readonly kind: "ready"; readonly handle: Handle }
  /** Execute the closure of this run, ask again at once, and propose its result when it is there. */
  | { readonly kind: "execute"; readonly handle: Handle }
  /** Ask again after more input, or after a run has ended. */
  | { readonly kind: "wait" }
  /** The invocation was cancelled: one await fails now, the oldest. */
  | { readonly kind: "cancelled" }
  /** The attempt is over; the invocation goes on with a new one. */
  | { readonly kind: "suspended" };

const WAIT: Progress = { kind: "wait" };

/** Looks at notifications, one after the other in journal order, until one of them is awaited. */
export function progress(machine: MachineState, awaited: AwaitSet): Progress {
  if (machine.phase !== "processing" && machine.phase !== "replaying") {
    throw protocolViolation(`Cannot await while ${machine.phase}.`);
  }
  const cancellable = machine.options.implicitCancellation ?? true;
  const { results } = machine;
  if (cancellable && results.isReady(CANCEL_HANDLE)) return cancel(machine);
  for (let handle = results.advance(); handle !== undefined; handle = results.advance()) {
    if (cancellable && handle === CANCEL_HANDLE) return cancel(machine);
    if (awaited.has(handle)) return { kind: "ready", handle };
  }
  return block(machine, awaited, cancellable);
}

/** Nothing that is known helps: execute a run, wait for the server, or suspend. */
function block(machine: MachineState, awaited: AwaitSet, cancellable: boolean): Progress {
  if (machine.phase === "replaying") throw explainMismatch(machine, awaited);
  const run = takeRunToExecute(machine, awaited);
  if (run !== undefined) return { kind: "execute", handle: run };
  const tree = (): Awaited => (cancellable ? withCancellation(awaited.tree()) : awaited.tree());
  if (machine.inputClosed) {
    // A run that is awaited still ends; only then nothing can move any more.
    if (isAnyExecuting(machine, awaited)) return WAIT;
    return suspend(machine, tree());
  }
  // For introspection only. While a run executes it would be outdated at once.
  if (machine.version >= 7 && !isAnyExecuting(machine)) announce(machine, tree());
  return WAIT;
}

function suspend(machine: MachineState, awaited: Awaited): Progress {
  // V5 and V6 list what may wake the invocation, V7 sends the tree (field 4; fields 1-3 stay empty).
  if (machine.version >= 7) {
    machine.write(codec.Suspension, {
      completions: [],
      signals: [],
      namedSignals: [],
      awaitingOn: toFuture(awaited),
    });
  } else {
    machine.write(codec.Suspension, flatten(awaited));
  }
  machine.phase = "closed";
  return { kind: "suspended" };
}

function announce(machine: MachineState, awaited: Awaited): void {
  machine.write(codec.AwaitingOn, { awaitingOn: toFuture(awaited), executingSideEffects: false });
}

/**
 * The cancel signal was seen: pass it on to every call made since the last cancellation, then fail what is awaited.
 *
 * Calls that have already ended get it, too, as with the official SDKs: the journal must be the same on replay. One-way
 * calls go on. The invocation ids must be known first; until they are, the signal stays ready and this runs again.
 */
function cancel(machine: MachineState): Progress {
  const { results } = machine;
  const calls = machine.trackedCalls;
  for (const [id, known] of calls) {
    if (known !== undefined) continue;
    while (!results.isReady(id) && results.advance() !== undefined) {}
    const result = results.peek(id);
    if (result === undefined)
      return block(machine, { has: (handle) => handle === id, tree: () => id }, false);
    if (result.kind !== "invocationId") throw protocolViolation(`Completion ${id} is not an invocation id.`);
    calls.set(id, result.invocationId);
  }
  const invocationIds = [...calls.values()];
  calls.clear();
  for (const invocationId of invocationIds) sendCancel(machine, invocationId!);
  results.take(CANCEL_HANDLE);
  return { kind: "cancelled" };
}

export function sendCancel(machine: MachineState, invocationId: string): void {
  command(machine, codec.SendSignal, {
    targetInvocationId: invocationId,
    signal: { kind: "index", index: CANCEL_SIGNAL_INDEX },
    result: { kind: "void" },
  });
}

function explainMismatch(machine: MachineState, awaitSet: AwaitSet): Error {
  const awaited = awaitSet.tree();
  let related: RelatedCommand | undefined;
  const { completions, signals, namedSignals } = flatten(awaited);
  const texts = completions.map((id) => {
    const run = machine.runs.get(id);
    if (run === undefined) return `completion ${id}`;
    related = run.related;
    return `${describe(run.related)} at command index ${run.related.index}`;
  });
  for (const index of signals) texts.push(`signal ${index}`);
  for (const name of namedSignals) texts.push(`signal '${name}'`);
  return awaitMismatch(texts, related, divergence(machine, machine.journal.latest, awaitSet.origin?.()));
}
