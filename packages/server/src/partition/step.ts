import type { NotificationResult } from "@pawl/protocol";
import { Status } from "../store/store.js";
import { attemptFailed, begin, frames, retry } from "./attempt.js";
import type { Command, Responder } from "./commands.js";
import { expire, purge, purgeJournal } from "./completion.js";
import { describe } from "./describe.js";
import { attachResponder, attachWaiter, invoke, next, notifyWaiter, request } from "./invoke.js";
import { enqueueMutation } from "./key-queue.js";
import type { Invocation, SignalId, Waiter } from "./model.js";
import { deliver } from "./notifications.js";
import type { Partition } from "./partition.js";
import { pauseOnRequest, resumeOnRequest } from "./pause.js";
import { restart } from "./restart.js";
import { awaitsSignal } from "./suspension.js";
import { cancel, kill, signal } from "./terminate.js";
import { fireTimer } from "./timers.js";

/** One command, applied. Everything that it needs is in memory (see needs.ts). Nothing here waits. */
export function step(p: Partition, command: Command): void {
  switch (command.kind) {
    case "frames":
      return frames(p, p.findNum(command.num), command);
    case "begin":
      return begin(p, command.num);
    case "failed":
      return attemptFailed(p, p.findNum(command.num), command);
    case "retry":
      return retry(p, p.findNum(command.num), command.epoch);
    case "request":
      return request(p, command.invoke, command.mode, command.responder);
    case "invoke":
      return invoke(p, command);
    case "notify": {
      const invocation = p.find(command.id);
      if (invocation === undefined) return;
      const { completionId, result } = command;
      return deliver(p, invocation, command.type, { id: { kind: "completion", id: completionId }, result });
    }
    case "signal": {
      const invocation = p.find(command.id);
      if (invocation !== undefined) signal(p, invocation, command.signal, command.result);
      return;
    }
    case "attach":
      return attach(p, p.find(command.id), command.waiter);
    case "output":
      return output(p, p.find(command.id), command.waiter);
    case "kill": {
      const invocation = p.find(command.id);
      if (invocation !== undefined && invocation.status !== Status.Completed) kill(p, invocation);
      return;
    }
    case "next":
      return next(p, p.find(command.id));
    case "mutateState":
      return enqueueMutation(p, command);
    case "mutateRequest":
      enqueueMutation(p, command.message);
      return p.respond(command.responder, { kind: "done" });
    case "timer":
      return fireTimer(p, command.timer);
    case "expire": {
      const invocation = p.findNum(command.num);
      if (invocation !== undefined) expire(p, invocation);
      return;
    }
    case "detach":
      return detach(p, command.id, command.responder);
    default:
      return answer(p, command, p.find(command.id));
  }
}

/** Source of code and text: Restate 1.7 as observed, docs/compatibility.md. */
const NOT_FOUND: NotificationResult = { kind: "failure", failure: { code: 404, message: "not found" } };

function attach(p: Partition, invocation: Invocation | undefined, waiter: Waiter): void {
  if (invocation === undefined) notifyWaiter(p, waiter, NOT_FOUND);
  else attachWaiter(p, invocation, waiter);
}

function output(p: Partition, invocation: Invocation | undefined, waiter: Waiter): void {
  notifyWaiter(p, waiter, invocation === undefined ? NOT_FOUND : (invocation.outcome ?? { kind: "void" }));
}

function detach(p: Partition, id: string, responder: Responder): void {
  const listeners = p.listeners.get(id)?.filter((other) => other !== responder);
  if (listeners === undefined) return;
  if (listeners.length === 0) p.listeners.delete(id);
  else p.listeners.set(id, listeners);
}

/**
 * Nobody else stops who signals again and again from outside: a signal of another invocation is bounded by that one's
 * journal. What the handler is suspended on is always taken, like the results of its commands.
 */
function isFullFor(p: Partition, invocation: Invocation, id: SignalId): boolean {
  const { status, journalLength, awaiting } = invocation;
  if (status === Status.Completed || journalLength < p.limits.journalLength) return false;
  return awaiting === null || !awaitsSignal(awaiting, id);
}

type Question = Exclude<
  Extract<Command, { readonly responder: Responder; readonly id: string }>,
  { kind: "detach" | "mutateRequest" }
>;

/** A client asks about, or acts on, an invocation that may not exist. */
function answer(p: Partition, command: Question, invocation: Invocation | undefined): void {
  const { id, responder } = command;
  if (invocation === undefined) {
    p.respond(responder, { kind: "not-found", id, isAttach: command.kind === "attachRequest" });
    return;
  }
  const isCompleted = invocation.status === Status.Completed;
  switch (command.kind) {
    case "attachRequest":
      attachResponder(p, invocation, responder);
      return;
    case "outputRequest":
      if (invocation.outcome === null) p.respond(responder, { kind: "not-ready", id });
      else attachResponder(p, invocation, responder);
      return;
    case "signalRequest": {
      if (isFullFor(p, invocation, command.signal)) {
        p.respond(responder, { kind: "journal-full", limit: p.limits.journalLength });
        return;
      }
      signal(p, invocation, command.signal, command.result);
      p.respond(responder, { kind: "signalled" });
      return;
    }
    case "cancelRequest":
      p.respond(responder, { kind: isCompleted ? "already-completed" : cancel(p, invocation) });
      return;
    case "killRequest":
      if (!isCompleted) kill(p, invocation);
      p.respond(responder, { kind: isCompleted ? "already-completed" : "done" });
      return;
    case "purgeRequest":
      if (isCompleted) purge(p, invocation);
      p.respond(responder, { kind: isCompleted ? "done" : "not-completed" });
      return;
    case "describeRequest":
      p.respond(responder, { kind: "description", description: describe(p, invocation) });
      return;
    case "purgeJournalRequest":
      if (isCompleted) purgeJournal(p, invocation);
      p.respond(responder, { kind: isCompleted ? "done" : "not-completed" });
      return;
    case "pauseRequest":
      p.respond(responder, pauseOnRequest(p, invocation));
      return;
    case "resumeRequest":
      p.respond(responder, resumeOnRequest(p, invocation, command.deployment));
      return;
    case "restartRequest":
      p.respond(responder, restart(p, invocation, command.from, command.deployment));
      return;
  }
}
