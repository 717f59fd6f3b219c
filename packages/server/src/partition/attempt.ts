import {
  codec,
  ErrorBehavior,
  type Frame,
  isCommand,
  MessageType,
  type Outcome,
  ProtocolError,
  REQUESTED_ACK_FLAG,
} from "@pawl/protocol";
import { HandlerKind, Status } from "../store/store.js";
import type { AttemptStart } from "./commands.js";
import { complete, endAttempt } from "./completion.js";
import { applyCommand, applyRunProposal } from "./entries/apply.js";
import { CommandRefused } from "./entries/refused.js";
import { recordFailure } from "./journal-events.js";
import { type AttemptFailure, type Invocation, isInFlight, type RetryPolicy } from "./model.js";
import type { Partition } from "./partition.js";
import { pause, presentFailure } from "./pause.js";
import type { AttemptOptions } from "./registry.js";
import { DEFAULT_RETRY_POLICY, nextRetryDelayMs } from "./retry.js";
import { toAwaiting } from "./rows.js";
import { evaluate, isEmpty, knownFromJournal } from "./suspension.js";

/** A slot is free: what the attempt starts from is taken now, and leaves once it is durable. */
export function begin(p: Partition, num: number): void {
  const invocation = p.findNum(num);
  const attempt = invocation?.attempt;
  if (!invocation || invocation.status !== Status.Invoked || attempt?.phase !== "ready") {
    // It was killed, say, while it waited for its turn: the slot is given back.
    p.turn.effects.push({ kind: "end", num, epoch: 0, reason: "killed" });
    return;
  }
  if (invocation.journal === null) throw new Error(`journal of ${invocation.id} is not in memory`);
  const isFirst = attempt.epoch === 0;
  attempt.epoch = p.nextEpoch++;
  attempt.phase = "running";
  attempt.startedAt = p.now;
  if (invocation.target.key !== null) p.keyOf(invocation).running++;
  const start: AttemptStart = {
    invocation,
    epoch: attempt.epoch,
    journal: invocation.journal.slice(),
    ...eagerState(p, invocation),
    retryCount: attempt.retryCount,
    failingForMs: attempt.retryCount === 0 ? 0 : p.now - attempt.failingSince,
  };
  // A fresh invocation of an unkeyed service can observe nothing that is not durable, and nobody was promised anything
  // yet: its handler may start while its own creation is being written. All that it does waits for later batches.
  const isFresh = isFirst && invocation.journalLength === 1 && invocation.target.kind === HandlerKind.Service;
  (isFresh ? p.turn.earlyEffects : p.turn.effects).push({ kind: "start", start });
}

/** Of the deployment that it is pinned to, as Restate 1.7 does it; before that, and when that is gone, of the newest. */
function attemptOptions(p: Partition, { deployment, target }: Invocation): AttemptOptions | undefined {
  const { service, handler } = target;
  const pinned = deployment === null ? undefined : p.registry.pinnedHandler(deployment, service, handler);
  return pinned ?? p.registry.handler(service, handler);
}

/** Unkeyed services have no state; keys with much of it, and lazy handlers, read theirs entry by entry. */
function eagerState(p: Partition, invocation: Invocation): Pick<AttemptStart, "state" | "isPartialState"> {
  if (invocation.target.key === null || attemptOptions(p, invocation)?.hasEagerState === false) {
    return { state: [], isPartialState: true };
  }
  const state: { key: string; value: Uint8Array }[] = [];
  let bytes = 0;
  for (const [key, value] of p.keyOf(invocation).state) {
    bytes += key.length + value.byteLength;
    if (bytes > p.limits.eagerStateBytes) return { state, isPartialState: true };
    state.push({ key, value });
  }
  return { state, isPartialState: false };
}

export interface FramesEvent {
  readonly epoch: number;
  readonly deployment: string;
  readonly protocolVersion: number;
  readonly frames: readonly Frame[];
}

/** Frames of the running attempt, in order. */
export function frames(p: Partition, invocation: Invocation | undefined, event: FramesEvent): void {
  if (!invocation || !isRunning(invocation, event.epoch)) return;
  for (const frame of event.frames) {
    // Any of them may have ended the attempt.
    if (!isRunning(invocation, event.epoch)) return;
    try {
      applyFrame(p, invocation, event, frame);
    } catch (error) {
      if (error instanceof CommandRefused) failAttempt(p, invocation, error.failure);
      else if (error instanceof ProtocolError) failAttempt(p, invocation, protocolViolation(error.message));
      else throw error;
    }
  }
}

function isRunning(invocation: Invocation, epoch: number): boolean {
  const { attempt } = invocation;
  return attempt !== null && attempt.epoch === epoch && isInFlight(attempt);
}

function applyFrame(p: Partition, invocation: Invocation, event: FramesEvent, frame: Frame): void {
  const { type, flags, payload } = frame;
  if (isCommand(type)) {
    // A handler that has come to its end may say so.
    if (type !== MessageType.Output) refuseOverlong(p, invocation);
    const index = invocation.commandCount;
    applyCommand(p, invocation, type, payload);
    pin(p, invocation, event);
    if ((flags & REQUESTED_ACK_FLAG) !== 0) {
      p.sendFrame(invocation, MessageType.CommandAck, codec.CommandAck.encode({ commandIndex: index }));
    }
    return;
  }
  switch (type) {
    case MessageType.ProposeRunCompletion:
      applyRunProposal(p, invocation, payload, (flags & REQUESTED_ACK_FLAG) !== 0);
      pin(p, invocation, event);
      return;
    case MessageType.End:
      complete(p, invocation, outputOf(invocation), "completed");
      return;
    case MessageType.Suspension:
      suspend(p, invocation, payload);
      return;
    case MessageType.Error:
      failAttempt(p, invocation, toFailure(codec.Error.decode(payload)));
      return;
    case MessageType.AwaitingOn:
      // Only of interest to whoever watches; the handler goes on.
      return;
    default:
      throw new ProtocolError("unknown-type", `unexpected message 0x${type.toString(16)} from the endpoint`);
  }
}

/**
 * Every attempt replays the whole journal, and it is in memory meanwhile. Commands count; the results of those that are
 * there are always taken.
 */
function refuseOverlong(p: Partition, { journalLength }: Invocation): void {
  const limit = p.limits.journalLength;
  if (journalLength < limit) return;
  throw new CommandRefused(
    "RT0101",
    `the journal has ${journalLength} entries, and ${limit} is the limit (worker.journal-length-limit): ` +
      "let the handler do its work in several invocations, or raise the limit and resume this one",
    "pause",
  );
}

/** From its first stored entry on, an invocation stays on its deployment and protocol version. */
function pin(p: Partition, invocation: Invocation, event: FramesEvent): void {
  if (invocation.deployment === event.deployment && invocation.protocolVersion === event.protocolVersion)
    return;
  invocation.deployment = event.deployment;
  invocation.protocolVersion = event.protocolVersion;
  p.touch(invocation);
}

/** The Output is in the journal: of this attempt, or of an earlier one that was lost before its End. */
function outputOf(invocation: Invocation): Outcome {
  const journal = invocation.journal ?? [];
  for (let i = journal.length - 1; i >= 0; i--) {
    const entry = journal[i];
    if (entry?.type === MessageType.Output) return codec.Output.decode(entry.payload).result;
  }
  return { kind: "failure", failure: { code: 500, message: "the handler ended without an output" } };
}

function suspend(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const awaiting = toAwaiting(codec.Suspension.decode(payload));
  if (isEmpty(awaiting)) {
    failAttempt(p, invocation, protocolViolation("the handler suspended without waiting for anything"));
    return;
  }
  if (invocation.attempt?.phase === "pausing") {
    pause(p, invocation, "paused", presentFailure(invocation));
    return;
  }
  const outcome = evaluate(awaiting, knownFromJournal(invocation.journal ?? []));
  if ("canGoOn" in outcome) {
    // It was answered while the suspension was on its way.
    const attempt = invocation.attempt;
    endAttempt(p, invocation, "suspended");
    invocation.attempt = attempt;
    p.makeReady(invocation);
    return;
  }
  endAttempt(p, invocation, "suspended");
  invocation.status = Status.Suspended;
  invocation.awaiting = outcome.rest;
  p.touch(invocation);
  p.announce("suspended", invocation);
}

export function attemptFailed(
  p: Partition,
  invocation: Invocation | undefined,
  event: { readonly epoch: number; readonly failure: AttemptFailure },
): void {
  if (invocation && isRunning(invocation, event.epoch)) failAttempt(p, invocation, event.failure);
}

/** The attempt is over without an outcome: try again later, pause, or give up, as the policy says. */
function failAttempt(p: Partition, invocation: Invocation, failure: AttemptFailure): void {
  const attempt = invocation.attempt;
  if (attempt === null) return;
  if (attempt.retryCount === 0) attempt.failingSince = p.now;
  attempt.retryCount++;
  const before = attempt.lastFailure;
  attempt.lastFailure = failure;
  const policy = attemptOptions(p, invocation)?.retryPolicy ?? DEFAULT_RETRY_POLICY;
  const delay = nextRetryDelayMs(policy, attempt.retryCount);
  const next = whatNext(failure, delay === null, policy, attempt.phase === "pausing");
  p.turn.hints.push({ kind: "failure", invocation, failure, next });
  if (next === "fail") {
    complete(p, invocation, terminal(failure), "failed");
    return;
  }
  if (next === "pause") {
    pause(p, invocation, "failed", failure);
    return;
  }
  recordFailure(p, invocation, failure, before);
  endAttempt(p, invocation, "failed");
  invocation.attempt = attempt;
  attempt.phase = "backing-off";
  attempt.nextRetryAt = p.now + (failure.nextRetryDelayMs ?? delay ?? policy.maxIntervalMs);
  p.turn.hints.push({ kind: "retry", num: invocation.num, epoch: attempt.epoch, at: attempt.nextRetryAt });
}

function whatNext(
  failure: AttemptFailure,
  isLast: boolean,
  policy: RetryPolicy,
  isPausing: boolean,
): "retry" | "pause" | "fail" {
  if (failure.behavior === "fail" || failure.behavior === "pause") return failure.behavior;
  if (!isLast) return isPausing ? "pause" : "retry";
  return policy.onMaxAttempts === "kill" ? "fail" : "pause";
}

function terminal(failure: AttemptFailure): Outcome {
  return { kind: "failure", failure: { code: failure.code, message: failure.message } };
}

/** The back-off is over. */
export function retry(p: Partition, invocation: Invocation | undefined, epoch: number): void {
  const attempt = invocation?.attempt;
  if (!invocation || attempt?.phase !== "backing-off" || attempt.epoch !== epoch) return;
  p.makeReady(invocation);
}

function protocolViolation(message: string): AttemptFailure {
  return { code: 571, message, docCode: "RT0012" };
}

function toFailure(error: ReturnType<typeof codec.Error.decode>): AttemptFailure {
  const behavior =
    error.behavior === ErrorBehavior.Pause
      ? "pause"
      : error.behavior === ErrorBehavior.Fail
        ? "fail"
        : "retry";
  return {
    code: error.code,
    message: error.message,
    behavior,
    docCode: error.code === 570 ? "RT0016" : error.code === 571 ? "RT0012" : "RT0007",
    ...(error.stacktrace === "" ? {} : { stacktrace: error.stacktrace }),
    ...(error.relatedCommandIndex === undefined ? {} : { relatedCommandIndex: error.relatedCommandIndex }),
    ...(error.relatedCommandName === undefined ? {} : { relatedCommandName: error.relatedCommandName }),
    ...(error.relatedCommandType === undefined ? {} : { relatedCommandType: error.relatedCommandType }),
    ...(error.nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs: error.nextRetryDelayMs }),
  };
}
