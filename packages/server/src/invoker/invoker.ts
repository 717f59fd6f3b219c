import type { Frame } from "@pawl/protocol";
import type { AttemptFailure, JournalEntry } from "../partition/model.js";
import type { Endpoint } from "./endpoint.js";

/** One attempt to run a handler. */
export interface AttemptRequest<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  /** 5, 6 or 7. */
  readonly protocolVersion: number;
  readonly invocationId: string;
  readonly service: string;
  readonly handler: string;
  /** null for unkeyed services. */
  readonly key: string | null;
  /** Commands and notifications so far; entry 0 is the Input. */
  readonly journal: readonly JournalEntry[];
  readonly state: readonly { readonly key: string; readonly value: Uint8Array }[];
  readonly isPartialState: boolean;
  readonly retryCountSinceLastStoredEntry: number;
  readonly durationSinceLastStoredEntryMs: number;
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
  /** As `parseTracestate` returns it; null without a traceparent. */
  readonly tracestate: string | null;
  /** Without any frame either way for so long, the handler is asked to suspend. 0: request/response, at once. */
  readonly inactivityTimeoutMs: number;
  /** If it has not done so after this, the attempt is given up. */
  readonly abortTimeoutMs: number;
}

/**
 * What happens to an attempt. `frames` may be called many times; after a terminal frame (End, Suspension, Error), after
 * `failed`, or after the attempt was closed, nothing more is reported.
 */
export interface AttemptEvents {
  frames(frames: readonly Frame[]): void;
  /** The attempt ended without a terminal frame: network, timeout, HTTP status, malformed bytes. */
  failed(failure: AttemptFailure): void;
}

export interface Attempt {
  /** Sends a frame to the handler; ignored once the sending side is closed (the journal has it anyway). */
  send(type: number, payload: Uint8Array): void;
  /**
   * Nothing more is sent: the handler suspends at the next thing that it has to wait for, or is given up after the abort
   * timeout. It may be asked again, and before it has begun.
   */
  askToSuspend(): void;
  /** The attempt is over for the core. After a terminal frame the stream ends in peace, else it is torn down. */
  close(): void;
}

export interface Invoker<E extends Endpoint = Endpoint> {
  start(request: AttemptRequest<E>, events: AttemptEvents): Attempt;
  /** Tears down all attempts and connections. */
  close(): Promise<void>;
}
