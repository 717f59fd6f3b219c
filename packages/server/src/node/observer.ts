import type { Frame } from "@pawl/protocol";
import type { Endpoint } from "../invoker/endpoint.js";
import type { AttemptStart, EndReason, Hint, LifecycleEvent } from "../partition/commands.js";
import type { AttemptFailure, Invocation, Target } from "../partition/model.js";

export type AttemptFailed = Extract<Hint, { kind: "failure" }>;

/** Whoever watches what a node does: log, metrics, traces. Nothing that it does changes anything. */
export interface Observer {
  /** It is durable. */
  became(event: LifecycleEvent, invocation: Invocation): void;
  /** An attempt is about to go to its endpoint. @returns null when it is not traced */
  attemptStarted(start: AttemptStart, endpoint: Endpoint): AttemptSpan | null;
  attemptEnded(target: Target, reason: EndReason, durationMs: number): void;
  /** The attempt has no outcome; what comes next is decided, but not durable yet. */
  attemptFailed(event: AttemptFailed): void;
  committed(durationMs: number, rows: number): void;
}

/** Follows one attempt that is traced. */
export interface AttemptSpan {
  /** Goes to the endpoint, whose own spans hang below this one. */
  readonly traceparent: string;
  frames(frames: readonly Frame[]): void;
  failed(failure: AttemptFailure): void;
  /** "stopped": the server stops, the attempt is repeated when it starts again. */
  end(reason: EndReason | "stopped"): void;
}
