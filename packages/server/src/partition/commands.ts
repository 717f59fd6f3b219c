import type { Frame, Header, NotificationResult, Outcome, SignalResult } from "@pawl/protocol";
import type { InvokedBy, TimerRow } from "../store/store.js";
import type { InvocationDescription } from "./describe.js";
import type {
  AttemptFailure,
  DeploymentChoice,
  Invocation,
  JournalEntry,
  SignalId,
  StateMutation,
  Target,
  Waiter,
} from "./model.js";

/**
 * What can happen to a partition. A command addresses one invocation or one key (or both); what it causes elsewhere leaves
 * as a `Message`, so no step looks into another partition.
 */
export type Command = Message | IngressCommand | AttemptCommand | ClockCommand;

/** Commands that one partition may send to another. They survive a crash in the outbox. */
export type Message =
  | InvokeMessage
  /** The answer to a command of an invocation: becomes a notification in its journal. */
  | {
      readonly kind: "notify";
      readonly id: string;
      readonly type: number;
      readonly completionId: number;
      readonly result: NotificationResult;
    }
  | { readonly kind: "signal"; readonly id: string; readonly signal: SignalId; readonly result: SignalResult }
  | { readonly kind: "attach"; readonly id: string; readonly waiter: Waiter }
  | { readonly kind: "output"; readonly id: string; readonly waiter: Waiter }
  | { readonly kind: "kill"; readonly id: string }
  /** It is this invocation's turn on its key. */
  | { readonly kind: "next"; readonly id: string }
  | MutateStateMessage;

/** Somebody outside changes the state of a key, when it is that change's turn on the key. */
export interface MutateStateMessage {
  readonly kind: "mutateState";
  /** Shaped like an invocation's id, of the key's partition: it leads there. */
  readonly id: string;
  readonly service: string;
  readonly key: string;
  readonly mutation: StateMutation;
  /** Place in the key's queue; null until it has one. */
  readonly inboxSeq: number | null;
}

export interface InvokeMessage {
  readonly kind: "invoke";
  readonly id: string;
  /** The id was derived (idempotency key, workflow run): an invocation may exist already. */
  readonly isDerivedId: boolean;
  readonly target: Target;
  readonly headers: readonly Header[];
  readonly input: Uint8Array;
  readonly idempotencyKey: string | null;
  readonly invokedBy: InvokedBy;
  readonly invokedById: string | null;
  readonly invokedByTarget: string | null;
  /** Unix milliseconds, null: at once. */
  readonly scheduledFor: number | null;
  readonly traceparent: string | null;
  /** As `parseTracestate` returns it; null without a traceparent. */
  readonly tracestate: string | null;
  /** Milliseconds, 0: nothing is kept. */
  readonly completionRetentionMs: number;
  readonly journalRetentionMs: number;
  /** The invocation that waits for the outcome, null for one-way calls and calls from the ingress. */
  readonly waiter: Waiter | null;
}

/** Commands from a client that waits in this process. */
export type IngressCommand =
  | {
      readonly kind: "request";
      readonly invoke: InvokeMessage;
      /** "call" answers with the outcome, "send" as soon as the invocation is durable. */
      readonly mode: "call" | "send";
      readonly responder: Responder;
    }
  | { readonly kind: "attachRequest"; readonly id: string; readonly responder: Responder }
  | { readonly kind: "outputRequest"; readonly id: string; readonly responder: Responder }
  | {
      readonly kind: "signalRequest";
      readonly id: string;
      readonly signal: SignalId;
      readonly result: SignalResult;
      readonly responder: Responder;
    }
  | { readonly kind: "cancelRequest"; readonly id: string; readonly responder: Responder }
  | { readonly kind: "killRequest"; readonly id: string; readonly responder: Responder }
  | { readonly kind: "purgeRequest"; readonly id: string; readonly responder: Responder }
  | { readonly kind: "purgeJournalRequest"; readonly id: string; readonly responder: Responder }
  | { readonly kind: "pauseRequest"; readonly id: string; readonly responder: Responder }
  | {
      readonly kind: "resumeRequest";
      readonly id: string;
      readonly deployment: DeploymentChoice;
      readonly responder: Responder;
    }
  | {
      readonly kind: "restartRequest";
      readonly id: string;
      /** Index of the last journal entry to take over; null: from the start. */
      readonly from: number | null;
      readonly deployment: DeploymentChoice;
      readonly responder: Responder;
    }
  | {
      readonly kind: "mutateRequest";
      /** Of the message. */
      readonly id: string;
      readonly message: MutateStateMessage;
      readonly responder: Responder;
    }
  | { readonly kind: "describeRequest"; readonly id: string; readonly responder: Responder }
  /** The client went away: the invocation goes on, nobody is answered. */
  | { readonly kind: "detach"; readonly id: string; readonly responder: Responder };

/** What the invoker reports of an attempt. */
export type AttemptCommand =
  /** A slot is free for this invocation: prepare its attempt. */
  | { readonly kind: "begin"; readonly num: number }
  | {
      readonly kind: "frames";
      readonly num: number;
      readonly epoch: number;
      readonly deployment: string;
      readonly protocolVersion: number;
      readonly frames: readonly Frame[];
    }
  | {
      readonly kind: "failed";
      readonly num: number;
      readonly epoch: number;
      readonly failure: AttemptFailure;
    };

export type ClockCommand =
  | { readonly kind: "timer"; readonly timer: TimerRow }
  | { readonly kind: "retry"; readonly num: number; readonly epoch: number }
  /** The cleaner found this completed invocation past its retention. */
  | { readonly kind: "expire"; readonly num: number };

/** Somebody in this process who waits for an answer. The core only hands it back. */
export interface Responder {
  /** Who it is that waits, for traces. */
  readonly client?: Client;
  respond(response: Response): void;
}

export interface Client {
  /** How it calls: `http`, `grpc`, `connect_rpc`. */
  readonly system: string;
  /** undefined: it is gone already. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

export type Response =
  | {
      readonly kind: "outcome";
      readonly id: string;
      readonly target: Target;
      readonly outcome: Outcome;
      /** Set when the outcome was kept from an earlier run: until when it is kept, unix milliseconds. */
      readonly keptUntil: number | null;
    }
  | {
      readonly kind: "accepted";
      readonly id: string;
      readonly isDuplicate: boolean;
      readonly scheduledFor: number | null;
    }
  | { readonly kind: "not-ready"; readonly id: string }
  /** `isAttach`: somebody wanted to wait for it, as opposed to asking or changing something now. */
  | { readonly kind: "not-found"; readonly id: string; readonly isAttach: boolean }
  /** Done before the answer left. */
  | { readonly kind: "done" }
  /** Durable, but its effect comes later (a signal for a running handler). */
  | { readonly kind: "signalled" }
  /** It has as many journal entries as it may have: the signal was not taken. */
  | { readonly kind: "journal-full"; readonly limit: number }
  /** Paused already: nothing was done. */
  | { readonly kind: "already-paused" }
  | { readonly kind: "restarted"; readonly newId: string }
  | { readonly kind: "already-completed" }
  | { readonly kind: "not-completed" }
  /** It waits for its time or for its key. */
  | { readonly kind: "not-started" }
  /** Neither running nor suspended. */
  | { readonly kind: "not-running" }
  /** A workflow runs once. */
  | { readonly kind: "not-restartable" }
  | { readonly kind: "journal-gone" }
  /** There is no such entry, or a command up to it has no result. */
  | { readonly kind: "bad-prefix" }
  /** It runs: an attempt cannot change its deployment. */
  | { readonly kind: "deployment-in-use" }
  | { readonly kind: "unknown-deployment" }
  | {
      readonly kind: "incompatible-deployment";
      readonly deploymentId: string;
      /** That the invocation began with. */
      readonly protocolVersion: number;
    }
  | { readonly kind: "description"; readonly description: InvocationDescription };

/** Everything that an attempt starts from. Taken when the step ran, so that it shows nothing newer than its batch. */
export interface AttemptStart {
  readonly invocation: Invocation;
  readonly epoch: number;
  readonly journal: readonly JournalEntry[];
  readonly state: readonly { readonly key: string; readonly value: Uint8Array }[];
  /** The key may have state that is not in `state`. */
  readonly isPartialState: boolean;
  readonly retryCount: number;
  readonly failingForMs: number;
}

/** What the node does once the batch that it belongs to is durable. */
export type Effect =
  | { readonly kind: "respond"; readonly responder: Responder; readonly response: Response }
  | { readonly kind: "start"; readonly start: AttemptStart }
  /** A frame for a running attempt. */
  | {
      readonly kind: "frame";
      readonly num: number;
      readonly epoch: number;
      readonly type: number;
      readonly payload: Uint8Array;
    }
  /** A running attempt is to suspend as soon as it can. */
  | { readonly kind: "askToSuspend"; readonly num: number; readonly epoch: number }
  /** For the log, metrics and traces. */
  | { readonly kind: "lifecycle"; readonly event: LifecycleEvent; readonly invocation: Invocation }
  /** The attempt is over for the core: free its slot, close its stream. */
  | { readonly kind: "end"; readonly num: number; readonly epoch: number; readonly reason: EndReason };

/** What becomes of an invocation. `completed`, with an outcome of either kind, and `killed` are the last of it. */
export type LifecycleEvent = "created" | "suspended" | "paused" | "completed" | "killed";

export type EndReason = "completed" | "suspended" | "paused" | "failed" | "killed";

/** Things that the node is told at once, before the commit, because nobody outside can see them. */
export type Hint =
  | { readonly kind: "ready"; readonly num: number }
  | { readonly kind: "timer"; readonly timer: TimerRow }
  | { readonly kind: "retry"; readonly num: number; readonly epoch: number; readonly at: number }
  /** For the log. */
  | {
      readonly kind: "failure";
      readonly invocation: Invocation;
      readonly failure: AttemptFailure;
      readonly next: "retry" | "pause" | "fail";
    };
