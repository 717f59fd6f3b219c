import { type Frame, MessageType } from "@pawl/protocol";
import type { Attempt, AttemptRequest, Invoker } from "../invoker/invoker.js";
import type { AttemptStart, Command, Effect } from "../partition/commands.js";
import type { AttemptFailure, Target } from "../partition/model.js";
import { TurnoverMap } from "../partition/turnover-map.js";
import { supportedVersion } from "../registry/versions.js";
import type { Clock } from "./clock.js";
import type { AttemptSpan, Observer } from "./observer.js";
import type { NodeRegistry } from "./registry.js";

interface RunningAttempt {
  readonly epoch: number;
  readonly attempt: Attempt;
  readonly target: Target;
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
  /** null: it is not traced. */
  readonly span: AttemptSpan | null;
  /** On the node's clock, when the last that was heard of the handler is that it waits (service protocol V7). */
  waitingSince: number | null;
  isAskedToSuspend: boolean;
}

/**
 * Runs attempts: at most `limit` at a time, in the order in which they became ready. Every slot that is taken (by asking
 * the core to begin) is given back by an `end` effect.
 *
 * A handler that waits keeps its slot until the inactivity timeout: mostly its answer comes sooner, and it need not be
 * replayed. But when all slots are taken and others are ready, those that wait are asked to suspend: their answer may have to
 * come from one that is ready.
 */
export class Dispatcher {
  readonly #running = new TurnoverMap<number, RunningAttempt>();
  readonly #ready: number[] = [];
  #readyHead = 0;
  #slotsTaken = 0;
  #cancelRelief: (() => void) | null = null;

  constructor(
    readonly registry: NodeRegistry,
    readonly invoker: Invoker,
    readonly limit: number,
    readonly submit: (command: Command) => void,
    readonly clock: Clock,
    readonly observer: Observer | null = null,
  ) {}

  /** Invocations that wait for a slot. */
  get waiting(): number {
    return this.#ready.length - this.#readyHead;
  }

  get running(): number {
    return this.#slotsTaken;
  }

  /** An invocation wants an attempt. */
  ready(num: number): void {
    this.#ready.push(num);
  }

  /** The next invocation that may begin; takes its slot. */
  nextToBegin(): number | undefined {
    if (this.waiting === 0) return undefined;
    if (this.#slotsTaken >= this.limit) {
      this.#relieveSoon();
      return undefined;
    }
    this.#slotsTaken++;
    const num = this.#ready[this.#readyHead++];
    if (this.#readyHead > COMPACT_AFTER && this.#readyHead * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#readyHead);
      this.#readyHead = 0;
    }
    return num;
  }

  start(start: AttemptStart): void {
    const { invocation, epoch } = start;
    const { num } = invocation;
    const request = this.#toRequest(start);
    if ("failure" in request) {
      this.submit({ kind: "failed", num, epoch, failure: request.failure });
      return;
    }
    const deployment = request.endpoint.deploymentId;
    const { protocolVersion } = request;
    const span = this.observer?.attemptStarted(start, request.endpoint) ?? null;
    const attempt = this.invoker.start(
      span === null ? request : { ...request, traceparent: span.traceparent },
      {
        frames: (frames) => {
          span?.frames(frames);
          this.#heard(num, epoch, frames);
          this.submit({ kind: "frames", num, epoch, deployment, protocolVersion, frames });
        },
        failed: (failure) => {
          span?.failed(failure);
          this.submit({ kind: "failed", num, epoch, failure });
        },
      },
    );
    const startedAt = performance.now();
    this.#running.set(num, {
      epoch,
      attempt,
      target: invocation.target,
      startedAt,
      span,
      waitingSince: null,
      isAskedToSuspend: false,
    });
  }

  frame(effect: Extract<Effect, { kind: "frame" }>): void {
    const running = this.#running.get(effect.num);
    if (running?.epoch !== effect.epoch) return;
    // If this does not help it, it says so.
    running.waitingSince = null;
    running.attempt.send(effect.type, effect.payload);
  }

  #heard(num: number, epoch: number, frames: readonly Frame[]): void {
    const running = this.#running.get(num);
    if (running?.epoch !== epoch) return;
    running.waitingSince = frames.at(-1)?.type === MessageType.AwaitingOn ? this.clock.now() : null;
  }

  #relieveSoon(): void {
    this.#cancelRelief ??= this.clock.after(WAITING_MS, () => {
      this.#cancelRelief = null;
      this.#relieve();
    });
  }

  #relieve(): void {
    const before = this.clock.now() - WAITING_MS;
    // One call may be ready at a time, and make the next: then asking for one slot would take its time for each.
    let wanted = Math.max(this.waiting, Math.ceil(this.limit / SLOTS_FOR_OTHERS));
    for (const running of this.#running.values()) if (running.isAskedToSuspend) wanted--;
    for (const running of this.#running.values()) {
      if (wanted <= 0) break;
      const { isAskedToSuspend, waitingSince } = running;
      if (isAskedToSuspend || waitingSince === null || waitingSince > before) continue;
      running.isAskedToSuspend = true;
      running.attempt.askToSuspend();
      wanted--;
    }
    if (this.waiting > 0 && this.#slotsTaken >= this.limit) this.#relieveSoon();
  }

  askToSuspend(effect: Extract<Effect, { kind: "askToSuspend" }>): void {
    const running = this.#running.get(effect.num);
    if (running?.epoch === effect.epoch) running.attempt.askToSuspend();
  }

  end(effect: Extract<Effect, { kind: "end" }>): void {
    this.#slotsTaken--;
    const running = this.#running.get(effect.num);
    if (running?.epoch !== effect.epoch) return;
    this.#running.delete(effect.num);
    running.attempt.close();
    this.observer?.attemptEnded(running.target, effect.reason, performance.now() - running.startedAt);
    running.span?.end(effect.reason);
  }

  /** The server stops: what runs now is taken up by the next one. */
  close(): void {
    this.#cancelRelief?.();
    for (const { span } of this.#running.values()) span?.end("stopped");
  }

  #toRequest(start: AttemptStart): AttemptRequest | { readonly failure: AttemptFailure } {
    const { invocation } = start;
    const { service, handler, key } = invocation.target;
    const id = invocation.deployment ?? this.registry.handler(service, handler)?.deploymentId;
    const resolved = id === undefined ? undefined : this.registry.pinnedHandler(id, service, handler);
    const endpoint = id === undefined ? undefined : this.registry.deployment(id);
    if (endpoint === undefined) {
      return { failure: noDeployment(`${service}/${handler}`, invocation.deployment) };
    }
    const version = invocation.protocolVersion ?? supportedVersion(endpoint);
    return {
      endpoint,
      protocolVersion: version,
      invocationId: invocation.id,
      service,
      handler,
      key,
      journal: start.journal,
      state: start.state,
      isPartialState: start.isPartialState,
      retryCountSinceLastStoredEntry: start.retryCount,
      durationSinceLastStoredEntryMs: start.failingForMs,
      idempotencyKey: invocation.idempotencyKey,
      traceparent: invocation.traceparent,
      tracestate: invocation.tracestate,
      inactivityTimeoutMs: resolved?.inactivityTimeoutMs ?? DEFAULT_INACTIVITY_TIMEOUT_MS,
      abortTimeoutMs: resolved?.abortTimeoutMs ?? DEFAULT_ABORT_TIMEOUT_MS,
    };
  }
}

/** For a pinned handler that its service no longer has. */
const DEFAULT_INACTIVITY_TIMEOUT_MS = 60_000;
const DEFAULT_ABORT_TIMEOUT_MS = 600_000;
/** A handler that has waited for so long may be asked for its slot. Short waits are not worth a replay. */
const WAITING_MS = 100;
/** One of so many slots at least is asked for when they are short. */
const SLOTS_FOR_OTHERS = 8;
/** The queue's used front is cut off when it is at least this long. */
const COMPACT_AFTER = 1024;

function noDeployment(target: string, pinned: string | null): AttemptFailure {
  const message =
    pinned === null
      ? `no deployment is registered for ${target}: register one`
      : `deployment ${pinned}, where ${target} began, is no longer registered: register it again, or kill the invocation`;
  return { code: 500, message, docCode: "RT0011" };
}
