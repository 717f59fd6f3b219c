import type { Start } from "@pawl/protocol";
import type { AttemptFailure, JournalEntry } from "../partition/model.js";
import { Deadline, Deadlines } from "./deadlines.js";
import { addressOf } from "./endpoint.js";
import * as failures from "./failures.js";
import { FrameReader } from "./frame-reader.js";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "./invoker.js";
import { startOf } from "./opening.js";

/** What handlers say; a sink of the SDK. */
export interface InProcessOutput {
  /** Whole frames. @returns false when the receiver is slow, which this one never is */
  write(frames: Uint8Array): boolean;
  end(frames?: Uint8Array): void;
}

export interface InProcessStart {
  readonly service: string;
  readonly handler: string;
  readonly protocolVersion: number;
  readonly start: Start;
  readonly journal: readonly JournalEntry[];
}

/** One attempt on the side of the handlers. */
export interface InProcessHandler {
  receiveFrame(type: number, payload: Uint8Array): void;
  receiveEnd(): void;
  disconnected(): void;
}

/** Handlers that live in the server's own process: what an SDK must offer. */
export interface InProcessHandlers {
  /** @returns undefined when there is no such handler */
  start(request: InProcessStart, output: InProcessOutput): InProcessHandler | undefined;
}

export interface InProcessInvoker extends Invoker {
  /** Starts what has waited, and from now on everything at once. */
  admit(): void;
}

/** The scheme of addresses that mean this process. */
export const IN_PROCESS_SCHEME = "in-process:";
/** The address of the one deployment of this process. */
export const IN_PROCESS_URI = `${IN_PROCESS_SCHEME}//local/`;

export interface InProcessInvokerOptions {
  /** Largest payload of a frame from a handler, in bytes. */
  readonly maxPayloadBytes: number;
}

/**
 * Runs attempts in this process: the journal goes over as it is in memory, answers come back as frames, and nothing is
 * sent. Until `admit` is called attempts wait: handlers must not run before the deployment that they belong to is stored.
 */
export function createInProcessInvoker(
  handlers: InProcessHandlers,
  options: InProcessInvokerOptions,
): InProcessInvoker {
  return new LocalInvoker(handlers, options);
}

class LocalInvoker implements InProcessInvoker {
  readonly deadlines = new Deadlines();
  readonly running = new Set<LocalAttempt>();
  isClosed = false;
  #waiting: LocalAttempt[] | null = [];

  constructor(
    readonly handlers: InProcessHandlers,
    readonly options: InProcessInvokerOptions,
  ) {}

  start(request: AttemptRequest, events: AttemptEvents): Attempt {
    const attempt = new LocalAttempt(this, request, events);
    if (this.isClosed) return attempt;
    this.running.add(attempt);
    if (this.#waiting !== null) this.#waiting.push(attempt);
    else begin(attempt);
    return attempt;
  }

  admit(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const attempt of waiting) begin(attempt);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#waiting = null;
    this.deadlines.stop();
    for (const attempt of [...this.running]) attempt.close();
  }
}

/** Handlers begin once the node is done with its turn: user code must not stand between a batch and its commit. */
function begin(attempt: LocalAttempt): void {
  queueMicrotask(() => attempt.begin());
}

type Phase = "waiting" | "running" | "asked-to-suspend" | "over";

/** The same life as an attempt over HTTP, without what can happen to a connection. */
class LocalAttempt extends Deadline implements Attempt, InProcessOutput {
  readonly #invoker: LocalInvoker;
  readonly #request: AttemptRequest;
  readonly #events: AttemptEvents;
  readonly #reader: FrameReader;
  #phase: Phase = "waiting";
  #mustSuspend = false;
  #handler: InProcessHandler | undefined;
  /** Frames that came before the handler began. */
  #early: { readonly type: number; readonly payload: Uint8Array }[] = [];

  constructor(invoker: LocalInvoker, request: AttemptRequest, events: AttemptEvents) {
    super();
    this.#invoker = invoker;
    this.#request = request;
    this.#events = events;
    this.#reader = new FrameReader(invoker.options.maxPayloadBytes);
  }

  begin(): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "running";
    const { service, handler, protocolVersion, journal, inactivityTimeoutMs } = this.#request;
    const start = startOf(this.#request);
    this.#invoker.deadlines.set(this, inactivityTimeoutMs);
    const request = { service, handler, protocolVersion, start, journal };
    this.#handler = this.#invoker.handlers.start(request, this);
    if (this.#handler === undefined) {
      this.#fail(failures.noSuchHandler(`${service}/${handler}`, protocolVersion));
      return;
    }
    for (const { type, payload } of this.#early.splice(0)) this.send(type, payload);
    if (inactivityTimeoutMs === 0 || this.#mustSuspend) this.askToSuspend();
  }

  send(type: number, payload: Uint8Array): void {
    if (this.#phase === "waiting") {
      this.#early.push({ type, payload });
    } else if (this.#phase === "running") {
      this.#touch();
      this.#handler?.receiveFrame(type, payload);
    }
  }

  askToSuspend(): void {
    this.#mustSuspend = true;
    if (this.#phase !== "running") return;
    this.#phase = "asked-to-suspend";
    this.#invoker.deadlines.set(this, this.#request.abortTimeoutMs);
    this.#handler?.receiveEnd();
  }

  close(): void {
    if (this.#phase === "over") return;
    this.#end();
    this.#handler?.disconnected();
  }

  write(frames: Uint8Array): boolean {
    if (this.#phase === "over") return true;
    this.#touch();
    const read = this.#reader.read(frames);
    if (this.#reader.isEnded) this.#end();
    if (read.length > 0) this.#events.frames(read);
    const { error } = this.#reader;
    if (error !== undefined) {
      const make = error.code === "too-large" ? failures.messageTooLarge : failures.malformedAnswer;
      this.#fail(make(this.#url, error.message));
    }
    return true;
  }

  end(frames?: Uint8Array): void {
    if (frames !== undefined) this.write(frames);
    this.#fail(failures.endedEarly(this.#url));
  }

  onDue(): void {
    if (this.#phase === "running") this.askToSuspend();
    else this.#fail(failures.abortTimeout(this.#url, this.#request.abortTimeoutMs));
  }

  get #url(): string {
    const { service, handler } = this.#request;
    return `${IN_PROCESS_URI}invoke/${service}/${handler}`;
  }

  /** Frames went in one of the directions. */
  #touch(): void {
    const { inactivityTimeoutMs, abortTimeoutMs } = this.#request;
    this.#invoker.deadlines.putOff(this, this.#phase === "running" ? inactivityTimeoutMs : abortTimeoutMs);
  }

  #fail(failure: AttemptFailure): void {
    if (this.#phase === "over") return;
    this.close();
    if (!this.#invoker.isClosed) this.#events.failed(failure);
  }

  #end(): void {
    this.#phase = "over";
    this.#early = [];
    this.#invoker.deadlines.clear(this);
    this.#invoker.running.delete(this);
  }
}

/** Attempts of this process' deployment go to `local`, all others to `remote`. */
export function createRoutingInvoker(local: Invoker, remote: Invoker): Invoker {
  return {
    start: (request, events) =>
      (addressOf(request.endpoint).startsWith(IN_PROCESS_SCHEME) ? local : remote).start(request, events),
    close: async () => {
      await Promise.all([local.close(), remote.close()]);
    },
  };
}
