import { codec, type Header, MessageType } from "@pawl/protocol";
import { HandlerKind, Status } from "../store/store.js";
import type { InvokeMessage, Responder } from "./commands.js";
import { purge } from "./completion.js";
import { enqueue, isHolder } from "./key-queue.js";
import { type Invocation, isExclusive, type Waiter } from "./model.js";
import type { Partition } from "./partition.js";

const NO_HEADERS: readonly Header[] = [];

/** A client's call or send. */
export function request(
  p: Partition,
  message: InvokeMessage,
  mode: "call" | "send",
  responder: Responder,
): void {
  const existing = findExisting(p, message);
  if (existing === undefined) {
    const invocation = create(p, message);
    if (mode === "call") p.listen(invocation.id, responder);
    else
      p.respond(responder, {
        kind: "accepted",
        id: invocation.id,
        isDuplicate: false,
        scheduledFor: invocation.scheduledFor,
      });
    start(p, invocation);
    return;
  }
  if (mode === "send") {
    p.respond(responder, {
      kind: "accepted",
      id: existing.id,
      isDuplicate: true,
      scheduledFor: existing.scheduledFor,
    });
  } else if (message.target.kind === HandlerKind.WorkflowRun) {
    p.respond(responder, {
      kind: "outcome",
      id: existing.id,
      target: existing.target,
      outcome: { kind: "failure", failure: WORKFLOW_RAN },
      keptUntil: null,
    });
  } else {
    attachResponder(p, existing, responder);
  }
}

/** A call or one-way call of another invocation. */
export function invoke(p: Partition, message: InvokeMessage): void {
  const existing = findExisting(p, message);
  if (existing === undefined) {
    start(p, create(p, message));
  } else if (message.waiter !== null) {
    if (message.target.kind === HandlerKind.WorkflowRun) {
      notifyWaiter(p, message.waiter, { kind: "failure", failure: WORKFLOW_RAN });
    } else {
      attachWaiter(p, existing, message.waiter);
    }
  }
}

/** Source of code and text: Restate 1.7 as observed, docs/compatibility.md. */
const WORKFLOW_RAN = { code: 409, message: "the workflow method was already invoked" };

function findExisting(p: Partition, message: InvokeMessage): Invocation | undefined {
  if (!message.isDerivedId) return undefined;
  const existing = p.byId.get(message.id);
  if (existing === undefined) return undefined;
  if (existing.isDeleted) return undefined;
  // Past its retention it only waits for the cleaner: for callers it is gone already.
  if (existing.status === Status.Completed && isPastRetention(p, existing)) {
    purge(p, existing);
    return undefined;
  }
  return existing;
}

function isPastRetention(p: Partition, invocation: Invocation): boolean {
  return (
    invocation.completedAt !== null && invocation.completedAt + invocation.completionRetentionMs <= p.now
  );
}

/** A new row and its entry 0, the Input. */
export function create(p: Partition, message: InvokeMessage): Invocation {
  const isDelayed = message.scheduledFor !== null && message.scheduledFor > p.now;
  const invocation: Invocation = {
    num: p.nextNum++,
    partition: p.number,
    id: message.id,
    target: message.target,
    idempotencyKey: message.idempotencyKey,
    invokedBy: message.invokedBy,
    invokedById: message.invokedById,
    invokedByTarget: message.invokedByTarget,
    createdAt: p.now,
    scheduledFor: isDelayed ? message.scheduledFor : null,
    traceparent: message.traceparent,
    // A message of an older version, in an outbox, has none.
    tracestate: message.tracestate ?? null,
    status: Status.Scheduled,
    modifiedAt: p.now,
    inboxedAt: null,
    runningAt: null,
    completedAt: null,
    inboxSeq: null,
    deployment: null,
    protocolVersion: null,
    journal: [],
    tail: [],
    journalLength: 0,
    commandCount: 0,
    completionRetentionMs: message.completionRetentionMs,
    journalRetentionMs: message.journalRetentionMs,
    awaiting: null,
    waiters: message.waiter === null ? [] : [message.waiter],
    outcome: null,
    purgeAt: null,
    attempt: null,
    isNew: true,
    isDirty: false,
    lastBatch: 0,
    isDeleted: false,
  };
  p.add(invocation);
  p.touch(invocation);
  const input = codec.Input.encode({ headers: message.headers ?? NO_HEADERS, value: message.input });
  p.append(invocation, MessageType.Input, input);
  p.announce("created", invocation);
  return invocation;
}

/** At once, or when its time has come. */
export function start(p: Partition, invocation: Invocation): void {
  if (invocation.scheduledFor === null) {
    activate(p, invocation);
    return;
  }
  const timer = { partition: p.number, at: invocation.scheduledFor, num: invocation.num, completionId: 0 };
  p.turn.batch.putTimer(timer);
  p.turn.hints.push({ kind: "timer", timer });
}

/** The invocation is due: it runs, or waits for its key. */
export function activate(p: Partition, invocation: Invocation): void {
  if (!isExclusive(invocation.target.kind)) {
    p.makeReady(invocation);
    return;
  }
  const holdsKey = enqueue(p, invocation);
  p.touch(invocation);
  if (holdsKey) {
    p.makeReady(invocation);
  } else {
    invocation.status = Status.Inboxed;
    invocation.inboxedAt = p.now;
  }
}

/** The holder before it is done: this one is at the head of its key's queue. */
export function next(p: Partition, invocation: Invocation | undefined): void {
  if (invocation === undefined || invocation.status !== Status.Inboxed) return;
  if (!isHolder(p.keyOf(invocation), invocation)) return;
  p.makeReady(invocation);
}

/** Answers with the outcome, now or when there is one. */
export function attachResponder(p: Partition, invocation: Invocation, responder: Responder): void {
  if (invocation.outcome === null) {
    p.listen(invocation.id, responder);
    return;
  }
  const keptUntil = (invocation.completedAt ?? p.now) + invocation.completionRetentionMs;
  const { id, target, outcome } = invocation;
  p.respond(responder, { kind: "outcome", id, target, outcome, keptUntil });
}

export function attachWaiter(p: Partition, invocation: Invocation, waiter: Waiter): void {
  if (invocation.outcome !== null) {
    notifyWaiter(p, waiter, invocation.outcome);
  } else {
    invocation.waiters.push(waiter);
    p.touch(invocation);
  }
}

export function notifyWaiter(
  p: Partition,
  waiter: Waiter,
  result: Parameters<Partition["appendCompletion"]>[3],
): void {
  p.send({ kind: "notify", id: waiter.id, type: waiter.type, completionId: waiter.completionId, result });
}
