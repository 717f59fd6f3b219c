import { codec, ErrorBehavior, type Failure, type Outcome, REQUESTED_ACK_FLAG } from "@pawl/protocol";
import { type AwaitSet, completionHandle, type Handle } from "./awaiting.js";
import { AttemptError, type RelatedCommand } from "./errors.js";
import { command, fitOutcome, requireVersion } from "./journal.js";
import {
  type NextRetry,
  nextRetry,
  nextRetryAfter,
  type RetryHistory,
  type RunRetryPolicy,
} from "./retry.js";
import type { MachineState } from "./state.js";

interface RunUnderWay {
  readonly related: RelatedCommand;
  executing: boolean;
}

/** Runs without a known result, by their handle, in the order of their commands. */
export type RunTable = Map<Handle, RunUnderWay>;

/** How the closure of a `run` ended. `durationMs`: how long this execution of it took. */
export type RunExit =
  | { readonly kind: "success"; readonly value: Uint8Array }
  | { readonly kind: "terminal"; readonly failure: Failure }
  | {
      readonly kind: "retryable";
      readonly code: number;
      readonly message: string;
      readonly stacktrace: string;
      readonly durationMs: number;
      /** How to go on. Absent: the server's policy for the invocation decides. */
      readonly retry?: RunRetry;
      /** What the run fails with when it is not tried again. Default: its code and message. */
      readonly exhausted?: Failure;
    };

export type RunRetry =
  | { readonly kind: "policy"; readonly policy: RunRetryPolicy }
  /** The closure itself named the delay (RetryableError). */
  | {
      readonly kind: "after";
      readonly delayMs?: number;
      readonly maxAttempts?: number;
      readonly maxDurationMs?: number;
    }
  /** The closure asked for the invocation to be paused (PauseError, V7). */
  | { readonly kind: "pause" };

/** @returns whether the closure has to be executed once somebody awaits the handle */
export function startRun(
  machine: MachineState,
  name: string | undefined,
): { handle: Handle; execute: boolean } {
  const resultCompletionId = machine.journal.nextCompletionId();
  command(machine, codec.Run, { ...(name !== undefined && { name }), resultCompletionId });
  const handle = completionHandle(resultCompletionId);
  // The whole replayed journal is here, so a result that is not known was never stored.
  const execute = !machine.results.isKnown(handle);
  if (execute) machine.runs.set(handle, { related: machine.journal.latest, executing: false });
  return { handle, execute };
}

/** The first awaited run whose closure was not started yet; marks it as started. */
export function takeRunToExecute(machine: MachineState, awaited: AwaitSet): Handle | undefined {
  for (const [handle, run] of machine.runs) {
    if (run.executing || !awaited.has(handle)) continue;
    run.executing = true;
    return handle;
  }
  return undefined;
}

export function isAnyExecuting(machine: MachineState, among?: AwaitSet): boolean {
  for (const [handle, run] of machine.runs) {
    if (run.executing && (among === undefined || among.has(handle))) return true;
  }
  return false;
}

/**
 * Proposes the result of an executed run to the server. It may be used once the server has confirmed it.
 *
 * @throws AttemptError when the run shall be tried again: a run is retried by failing the attempt
 */
export function finishRun(machine: MachineState, handle: Handle, exit: RunExit): void {
  const run = machine.runs.get(handle);
  if (run === undefined) return;
  machine.runs.delete(handle);
  const outcome = fitOutcome(machine, outcomeOf(machine, run.related, exit));
  const resultCompletionId = handle as number;
  const wantsAck = machine.version >= 7;
  if (wantsAck) machine.proposed.set(resultCompletionId, outcome);
  machine.write(
    codec.ProposeRunCompletion,
    { resultCompletionId, result: outcome },
    wantsAck ? REQUESTED_ACK_FLAG : 0,
  );
}

function outcomeOf(machine: MachineState, related: RelatedCommand, exit: RunExit): Outcome {
  if (exit.kind === "success") return { kind: "value", value: exit.value };
  if (exit.kind === "terminal") return { kind: "failure", failure: exit.failure };
  const { code, message, stacktrace, retry } = exit;
  if (retry?.kind === "pause") {
    requireVersion(machine, 7, "Pausing an invocation");
    throw new AttemptError(code, message, { related, stacktrace, behavior: ErrorBehavior.Pause });
  }
  const next = nextOf(retry, historyWith(machine, exit.durationMs));
  if (next.kind === "exhausted") return { kind: "failure", failure: exit.exhausted ?? { code, message } };
  throw new AttemptError(code, message, {
    related,
    stacktrace,
    ...(next.delayMs !== undefined && { nextRetryDelayMs: next.delayMs }),
  });
}

function nextOf(retry: Exclude<RunRetry, { kind: "pause" }> | undefined, history: RetryHistory): NextRetry {
  if (retry === undefined) return nextRetry(undefined, history);
  return retry.kind === "policy"
    ? nextRetry(retry.policy, history)
    : nextRetryAfter(retry.delayMs, retry, history);
}

/** Start counts the failed attempts since the last stored entry: only the entry right after replay can be theirs. */
function historyWith(machine: MachineState, durationMs: number): RetryHistory {
  const start = machine.start!;
  if (!machine.journal.atFirstNewEntry) return { attempts: 1, durationMs };
  const failedBefore = start.retryCountSinceLastStoredEntry;
  const sinceFirst = failedBefore === 0 ? 0 : start.durationSinceLastStoredEntryMs;
  return { attempts: failedBefore + 1, durationMs: sinceFirst + durationMs };
}
