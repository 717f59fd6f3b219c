import { codec, isCommand, type Notification, type NotificationResult } from "@pawl/protocol";
import { Status } from "../store/store.js";
import type { BatchBuilder } from "./batch.js";
import type { Effect, Hint, LifecycleEvent, Message, Responder, Response } from "./commands.js";
import type { Limits } from "./limits.js";
import { type AttemptState, type Invocation, isInFlight, type KeyState, readyAttempt } from "./model.js";
import type { Registry } from "./registry.js";
import { TurnoverMap } from "./turnover-map.js";

/** What all partitions of a node write into during one turn: one transaction, one list of effects. */
export interface Turn {
  /** Of the command that is being applied. */
  env: Env;
  readonly batch: BatchBuilder;
  readonly effects: Effect[];
  /** Effects that may be carried out before the commit (see `begin` in attempt.ts). */
  readonly earlyEffects: Effect[];
  readonly hints: Hint[];
  readonly outgoing: Message[];
}

/** Time and randomness, as arguments of a step. */
export interface Env {
  /** Unix milliseconds. */
  readonly now: number;
  /** A fresh invocation id in the partition of its key, else of its caller, else anywhere. */
  newInvocationId(key: string | null, caller: string | null): string;
  /** The trace context of an invocation that another one calls. */
  traceparentOf(caller: Invocation, callee: string, isOneWay: boolean): string | null;
}

/**
 * The state of one partition that is in memory: what moves. What does not (completed and suspended invocations, cold keys)
 * is in the store and is brought in by the core before a command that needs it.
 */
export class Partition {
  readonly byId = new TurnoverMap<string, Invocation>();
  readonly byNum = new TurnoverMap<number, Invocation>();
  readonly keys = new TurnoverMap<string, KeyState>();
  /** Clients of this process that wait for an outcome. */
  readonly listeners = new TurnoverMap<string, Responder[]>();
  nextNum: number;
  nextOutboxSeq = 1;
  nextEpoch = 1;

  constructor(
    readonly number: number,
    readonly turn: Turn,
    public registry: Registry,
    readonly limits: Limits,
    firstNum: number,
  ) {
    this.nextNum = firstNum;
  }

  get env(): Env {
    return this.turn.env;
  }

  get now(): number {
    return this.turn.env.now;
  }

  add(invocation: Invocation): void {
    this.byId.set(invocation.id, invocation);
    this.byNum.set(invocation.num, invocation);
  }

  /** The invocation if it is in memory and not about to be removed. */
  find(id: string): Invocation | undefined {
    const invocation = this.byId.get(id);
    return invocation?.isDeleted ? undefined : invocation;
  }

  findNum(num: number): Invocation | undefined {
    const invocation = this.byNum.get(num);
    return invocation?.isDeleted ? undefined : invocation;
  }

  remove(invocation: Invocation): void {
    if (this.byId.get(invocation.id) === invocation) this.byId.delete(invocation.id);
    if (this.byNum.get(invocation.num) === invocation) this.byNum.delete(invocation.num);
  }

  key(service: string, key: string): KeyState {
    const state = this.keys.get(keyName(service, key));
    if (state === undefined) throw new Error(`key ${service}/${key} is not in memory`);
    return state;
  }

  keyOf(invocation: Invocation): KeyState {
    return this.key(invocation.target.service, invocation.target.key ?? "");
  }

  /** Marks a change of what the invocation's row holds. */
  touch(invocation: Invocation): void {
    invocation.modifiedAt = this.now;
    this.turn.batch.touch(invocation);
  }

  /** Stores an entry at the next place of the journal. The row of the invocation is not written for this alone. */
  append(invocation: Invocation, type: number, payload: Uint8Array): void {
    const index = invocation.journalLength++;
    if (isCommand(type)) invocation.commandCount++;
    (invocation.journal ?? invocation.tail).push({ type, payload });
    this.turn.batch.appendJournal(invocation.num, index, type, payload, this.now);
    // It may not leave memory before this is durable.
    invocation.lastBatch = this.turn.batch.number;
    const attempt = invocation.attempt;
    if (attempt !== null) {
      attempt.retryCount = 0;
      attempt.failingSince = 0;
      // Its row is that of a paused one, which is believed after a crash.
      if (attempt.phase === "pausing") this.touch(invocation);
    }
  }

  /** Stores a notification and shows it to the running attempt once it is durable. */
  appendNotification(invocation: Invocation, type: number, notification: Notification): void {
    const payload = codec.Notification.encode(notification);
    this.append(invocation, type, payload);
    this.sendFrame(invocation, type, payload);
  }

  appendCompletion(
    invocation: Invocation,
    type: number,
    completionId: number,
    result: NotificationResult,
  ): void {
    this.appendNotification(invocation, type, { id: { kind: "completion", id: completionId }, result });
  }

  sendFrame(invocation: Invocation, type: number, payload: Uint8Array): void {
    const attempt = invocation.attempt;
    if (attempt === null || !isInFlight(attempt)) return;
    this.turn.effects.push({ kind: "frame", num: invocation.num, epoch: attempt.epoch, type, payload });
  }

  /** The invocation wants an attempt: the node begins it as soon as a slot is free. */
  makeReady(invocation: Invocation): AttemptState {
    if (invocation.status !== Status.Invoked) {
      invocation.status = Status.Invoked;
      invocation.runningAt ??= this.now;
      this.touch(invocation);
    }
    invocation.attempt ??= readyAttempt();
    invocation.attempt.phase = "ready";
    this.queueToBegin(invocation.num);
    return invocation.attempt;
  }

  /** The node begins an attempt when a slot is free. The invocation need not be in memory until then. */
  queueToBegin(num: number): void {
    this.turn.hints.push({ kind: "ready", num });
  }

  /** Tells those who watch, once it is durable. */
  announce(event: LifecycleEvent, invocation: Invocation): void {
    this.turn.effects.push({ kind: "lifecycle", event, invocation });
  }

  respond(responder: Responder, response: Response): void {
    this.turn.effects.push({ kind: "respond", responder, response });
  }

  listen(id: string, responder: Responder): void {
    const listeners = this.listeners.get(id);
    if (listeners === undefined) this.listeners.set(id, [responder]);
    else listeners.push(responder);
  }

  send(message: Message): void {
    this.turn.outgoing.push(message);
  }

  /** So many invocations are in memory that those which only wait must leave it. */
  get isFull(): boolean {
    return this.byId.size > this.limits.invocationsInMemory;
  }

  /** True when nothing of it must stay in memory once it is durable. */
  mayLeaveMemory(invocation: Invocation): boolean {
    if (invocation.isDeleted) return true;
    switch (invocation.status) {
      case Status.Invoked: {
        // How often it failed is known here only.
        const { attempt } = invocation;
        return attempt?.phase === "ready" && attempt.retryCount === 0 && this.isFull;
      }
      case Status.Inboxed:
        // It will run soon, unless many are waiting.
        return this.isFull;
      default:
        return true;
    }
  }

  /** Forgets cold keys once there are many. Those in use, or with changes that are not durable, stay. */
  trimKeys(durableBatch: number): void {
    if (this.keys.size <= this.limits.keysInMemory) return;
    let excess = this.keys.size - this.limits.keysInMemory;
    for (const [name, key] of this.keys) {
      const isDurable = !key.isDirty && key.lastBatch <= durableBatch;
      if (key.running === 0 && isDurable && !hasMutations(key)) this.keys.delete(name);
      else {
        // Used again: to the young end of the map's order.
        this.keys.delete(name);
        this.keys.set(name, key);
      }
      if (--excess <= 0) break;
    }
  }
}

/** They are nowhere else: the store knows of them only as messages. */
function hasMutations(key: KeyState): boolean {
  return key.queue.some(({ kind }) => kind === "mutation");
}

export function keyName(service: string, key: string): string {
  // A service's name has no NUL, so the pair is unambiguous.
  return `${service}\0${key}`;
}
