import type { AttemptFailure } from "../partition/model.js";
import type { InvokerContext } from "./context.js";
import { Deadline } from "./deadlines.js";
import * as failures from "./failures.js";
import { FrameReader } from "./frame-reader.js";
import type { InvokeTarget } from "./invoke-target.js";
import type { Attempt, AttemptEvents } from "./invoker.js";
import {
  REFUSAL_BODY_BYTES,
  type Refusal,
  type ResponseHead,
  refusalFailure,
  refusalOf,
} from "./response-head.js";

/**
 * ```
 * Waiting ---> Streaming ---> Answering ---> Draining ---> Over
 *   |            (both         (request       (terminal
 *   |             sides         side is        frame seen)
 *   |             open)         closed)
 *   +-----------------------------^       any ---> Over: failed, or closed by the core
 *        request/response
 * ```
 * `Refused`, beside Draining: the status is an error, and its body may still say why.
 */
export const Phase = { Waiting: 0, Streaming: 1, Answering: 2, Refused: 3, Draining: 4, Over: 5 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** What an attempt's answer is measured by, and called in messages. */
type Target = Pick<InvokeTarget, "url" | "contentType">;

/** The part of an attempt that does not depend on the transport: answer, timeouts, ending. */
export abstract class HttpAttempt<T extends Target = InvokeTarget> extends Deadline implements Attempt {
  protected phase: Phase = Phase.Waiting;
  protected readonly context: InvokerContext;
  readonly target: T;
  readonly #events: AttemptEvents;
  readonly #inactivityTimeoutMs: number;
  readonly #abortTimeoutMs: number;
  #isAskedToSuspend = false;
  #reader: FrameReader | null = null;
  #refusal: Refusal | null = null;
  #refusalBody: Uint8Array[] = [];
  #refusalBytes = 0;

  constructor(
    context: InvokerContext,
    target: T,
    events: AttemptEvents,
    inactivityTimeoutMs: number,
    abortTimeoutMs: number,
  ) {
    super();
    this.context = context;
    this.target = target;
    this.#events = events;
    this.#inactivityTimeoutMs = inactivityTimeoutMs;
    this.#abortTimeoutMs = abortTimeoutMs;
  }

  abstract send(type: number, payload: Uint8Array): void;
  /** Ends the request side; what was sent still goes out. */
  protected abstract endRequest(): void;
  /** Resets the stream, or leaves the queue for one. */
  protected abstract abandon(): void;
  /** Why the stream is gone, for a message. */
  protected abstract causeOfDeath(): string;

  askToSuspend(): void {
    this.#isAskedToSuspend = true;
    if (this.phase === Phase.Streaming) this.#closeRequest();
  }

  close(): void {
    // After a terminal frame the stream may end in peace: the deadline sees to it that it does.
    if (this.phase >= Phase.Draining) return;
    this.#end();
    this.abandon();
  }

  /** Fails the attempt, but not before `start` has returned it. */
  failLater(failure: AttemptFailure): void {
    process.nextTick(failNow, this, failure);
  }

  fail(failure: AttemptFailure): void {
    if (this.phase >= Phase.Draining) return;
    this.#end();
    this.abandon();
    if (!this.context.isClosed) this.#events.failed(failure);
  }

  /** Start and journal are on their way. */
  protected requestSent(isRequestOpen: boolean): void {
    this.phase = isRequestOpen ? Phase.Streaming : Phase.Answering;
    this.context.deadlines.set(this, isRequestOpen ? this.#inactivityTimeoutMs : this.#abortTimeoutMs);
    if (isRequestOpen && this.#isAskedToSuspend) this.#closeRequest();
  }

  /** Frames went in one of the directions. */
  protected touch(): void {
    if (this.phase === Phase.Streaming) this.context.deadlines.putOff(this, this.#inactivityTimeoutMs);
    else if (this.phase === Phase.Answering) this.context.deadlines.putOff(this, this.#abortTimeoutMs);
  }

  protected headArrived(head: ResponseHead): void {
    if (this.phase !== Phase.Streaming && this.phase !== Phase.Answering) return;
    const refusal = refusalOf(head, this.target.contentType);
    if (refusal === undefined) {
      this.#reader = new FrameReader(this.context.limits.maxPayloadBytes);
      this.touch();
      return;
    }
    this.#refusal = refusal;
    if (this.phase === Phase.Streaming) this.endRequest();
    this.phase = Phase.Refused;
    this.context.deadlines.set(this, this.context.limits.drainTimeoutMs);
  }

  protected chunkArrived(chunk: Uint8Array): void {
    if (this.phase === Phase.Refused) {
      this.#refusalBody.push(chunk);
      this.#refusalBytes += chunk.length;
      if (this.#refusalBytes >= REFUSAL_BODY_BYTES) this.#failRefused();
      return;
    }
    const reader = this.#reader;
    if (reader === null || this.phase >= Phase.Draining) return;
    const frames = reader.read(chunk);
    if (reader.isEnded) this.#drain();
    else this.touch();
    if (frames.length > 0) this.#events.frames(frames);
    if (reader.error !== undefined) this.#failMalformed(reader);
  }

  /** The endpoint ended its answer in an orderly way. */
  protected answerEnded(): void {
    if (this.phase === Phase.Refused) this.#failRefused();
    if (this.phase >= Phase.Draining) return;
    this.#reader?.finish();
    if (this.#reader?.error !== undefined) this.#failMalformed(this.#reader);
    else this.fail(failures.endedEarly(this.target.url));
  }

  /** The stream is gone, and there will be no more of it. */
  protected streamGone(): void {
    if (this.phase === Phase.Refused) this.#failRefused();
    else if (this.phase < Phase.Draining)
      this.fail(failures.streamBroken(this.target.url, this.causeOfDeath()));
    this.#end();
  }

  onDue(): void {
    switch (this.phase) {
      case Phase.Streaming:
        this.#closeRequest();
        return;
      case Phase.Answering:
        this.fail(failures.abortTimeout(this.target.url, this.#abortTimeoutMs));
        return;
      case Phase.Refused:
        this.#failRefused();
        return;
      case Phase.Draining:
        this.phase = Phase.Over;
        this.abandon();
    }
  }

  /** The handler sees the end of its input, and suspends at the next thing that it has to wait for. */
  #closeRequest(): void {
    this.phase = Phase.Answering;
    this.context.deadlines.set(this, this.#abortTimeoutMs);
    this.endRequest();
  }

  #drain(): void {
    const isRequestOpen = this.phase === Phase.Streaming;
    this.phase = Phase.Draining;
    this.context.deadlines.set(this, this.context.limits.drainTimeoutMs);
    if (isRequestOpen) this.endRequest();
  }

  #end(): void {
    this.phase = Phase.Over;
    this.context.deadlines.clear(this);
  }

  #failRefused(): void {
    const body = Buffer.concat(this.#refusalBody);
    this.fail(refusalFailure(this.target.url, this.#refusal!, body, Date.now()));
  }

  #failMalformed(reader: FrameReader): void {
    const { code, message } = reader.error!;
    const make = code === "too-large" ? failures.messageTooLarge : failures.malformedAnswer;
    this.fail(make(this.target.url, message));
  }
}

function failNow(attempt: Pick<HttpAttempt, "fail">, failure: AttemptFailure): void {
  attempt.fail(failure);
}
