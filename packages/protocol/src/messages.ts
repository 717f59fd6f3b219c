/**
 * The messages of the service protocol (V5, V6, V7) as plain values.
 *
 * Field numbers and type codes live with the codecs in `codec/`; this file says what a message means.
 * Source of the wire facts: the public service protocol definition of restatedev (folder service-protocol/).
 *
 * Conventions: payloads are `Uint8Array` and never copied; texts are UTF-8; times are unix milliseconds; an absent optional
 * field is `undefined`. 64-bit times and durations are numbers (they stay below 2^53), 64-bit seeds are bigint.
 */

/** Message type codes, as in the first 16 bits of a frame. */
export const MessageType = {
  // Control: 0x0000-0x03ff
  Start: 0x0000,
  Suspension: 0x0001,
  Error: 0x0002,
  End: 0x0003,
  CommandAck: 0x0004,
  ProposeRunCompletion: 0x0005,
  AwaitingOn: 0x0006,
  ProposeRunCompletionAck: 0x0007,
  // Commands: 0x0400-0x7fff
  Input: 0x0400,
  Output: 0x0401,
  GetLazyState: 0x0402,
  SetState: 0x0403,
  ClearState: 0x0404,
  ClearAllState: 0x0405,
  GetLazyStateKeys: 0x0406,
  GetEagerState: 0x0407,
  GetEagerStateKeys: 0x0408,
  GetPromise: 0x0409,
  PeekPromise: 0x040a,
  CompletePromise: 0x040b,
  Sleep: 0x040c,
  Call: 0x040d,
  OneWayCall: 0x040e,
  SendSignal: 0x0410,
  Run: 0x0411,
  AttachInvocation: 0x0412,
  GetInvocationOutput: 0x0413,
  CompleteAwakeable: 0x0414,
  // Notifications: 0x8000-0xfbff. A completion's code is 0x8000 + the low bits of its command.
  GetLazyStateCompletion: 0x8002,
  GetLazyStateKeysCompletion: 0x8006,
  GetPromiseCompletion: 0x8009,
  PeekPromiseCompletion: 0x800a,
  CompletePromiseCompletion: 0x800b,
  SleepCompletion: 0x800c,
  CallCompletion: 0x800d,
  /** The invocation id of a Call or OneWayCall, known as soon as the command is stored. */
  CallInvocationIdCompletion: 0x800e,
  RunCompletion: 0x8011,
  AttachInvocationCompletion: 0x8012,
  GetInvocationOutputCompletion: 0x8013,
  Signal: 0xfbff,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

export interface Header {
  readonly key: string;
  readonly value: string;
}

/** A terminal failure. `metadata` needs V6 or newer. */
export interface Failure {
  /** An HTTP status code by convention: 500 unless the user said otherwise. */
  readonly code: number;
  readonly message: string;
  readonly metadata?: readonly Header[];
}

export type VoidResult = { readonly kind: "void" };
export type ValueResult = { readonly kind: "value"; readonly value: Uint8Array };
export type FailureResult = { readonly kind: "failure"; readonly failure: Failure };

/** What a handler or a `run` ended with. */
export type Outcome = ValueResult | FailureResult;
/** What a signal carries. */
export type SignalResult = VoidResult | Outcome;
/** What a notification carries. */
export type NotificationResult =
  | SignalResult
  | { readonly kind: "invocationId"; readonly invocationId: string }
  | { readonly kind: "stateKeys"; readonly keys: readonly string[] };

/** What a notification answers. */
export type NotificationId =
  | { readonly kind: "completion"; readonly id: number }
  | { readonly kind: "signal"; readonly index: number }
  | { readonly kind: "namedSignal"; readonly name: string };

/** Every notification (completions and signals) has this one shape on the wire; the frame's type says which it is. */
export interface Notification {
  readonly id: NotificationId;
  readonly result: NotificationResult;
}

export interface StateEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface Start {
  /** 24 bytes: partition key and uuid, both big endian. */
  readonly id: Uint8Array;
  /** The id as text, `inv_1...`. */
  readonly debugId: string;
  /** How many frames (commands and notifications) of the journal follow. At least 1: the Input. */
  readonly knownEntries: number;
  readonly stateMap: readonly StateEntry[];
  /** True when `stateMap` may lack keys that exist: a miss must then be asked for with GetLazyState. */
  readonly partialState: boolean;
  /** Empty for unkeyed services. */
  readonly key: string;
  readonly retryCountSinceLastStoredEntry: number;
  readonly durationSinceLastStoredEntryMs: number;
  /** V6 and newer. */
  readonly randomSeed?: bigint;
  readonly scope?: string;
  readonly limitKey?: string;
  /** V7. */
  readonly idempotencyKey?: string;
}

export const Combinator = {
  Unknown: 0,
  FirstCompleted: 1,
  AllCompleted: 2,
  FirstSucceededOrAllFailed: 3,
  AllSucceededOrFirstFailed: 4,
} as const;
export type Combinator = (typeof Combinator)[keyof typeof Combinator];

/** What a handler waits for, as a tree (V7). */
export interface Future {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly namedSignals: readonly string[];
  readonly nested: readonly Future[];
  readonly combinator: Combinator;
}

/** V5 and V6 fill the three lists, V7 fills `awaitingOn` and leaves the lists empty. */
export interface Suspension {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly namedSignals: readonly string[];
  readonly awaitingOn?: Future;
}

export const ErrorBehavior = { Retry: 0, Pause: 1, Fail: 2 } as const;
export type ErrorBehavior = (typeof ErrorBehavior)[keyof typeof ErrorBehavior];

/** The attempt failed; the server retries by policy. */
export interface ErrorMessage {
  readonly code: number;
  readonly message: string;
  readonly stacktrace: string;
  readonly relatedCommandIndex?: number;
  readonly relatedCommandName?: string;
  readonly relatedCommandType?: number;
  readonly nextRetryDelayMs?: number;
  /** V7. */
  readonly behavior?: ErrorBehavior;
}

// biome-ignore lint/complexity/noBannedTypes: an empty message is exactly an object without fields
export type End = {};

export interface CommandAck {
  readonly commandIndex: number;
}

export interface ProposeRunCompletion {
  readonly resultCompletionId: number;
  /** On the wire the value is bare bytes (field 14), not a Value message. */
  readonly result: Outcome;
}

export interface AwaitingOn {
  readonly awaitingOn: Future;
  readonly executingSideEffects: boolean;
}

export interface ProposeRunCompletionAck {
  readonly completionId: number;
}

/** Every command may carry a name (field 12), shown by introspection and checked on replay. */
interface Named {
  readonly name?: string;
}

export interface Input extends Named {
  readonly headers: readonly Header[];
  readonly value: Uint8Array;
}

export interface Output extends Named {
  readonly result: Outcome;
}

export interface StateKeyCommand extends Named {
  readonly key: string;
}
export type ClearState = StateKeyCommand;
export interface GetLazyState extends StateKeyCommand {
  readonly resultCompletionId: number;
}
export interface SetState extends StateKeyCommand {
  readonly value: Uint8Array;
}
export type ClearAllState = Named;
export interface GetLazyStateKeys extends Named {
  readonly resultCompletionId: number;
}
export interface GetEagerState extends StateKeyCommand {
  readonly result: VoidResult | ValueResult;
}
export interface GetEagerStateKeys extends Named {
  readonly keys: readonly string[];
}

export interface GetPromise extends StateKeyCommand {
  readonly resultCompletionId: number;
}
export type PeekPromise = GetPromise;
export interface CompletePromise extends StateKeyCommand {
  readonly completion: Outcome;
  readonly resultCompletionId: number;
}

export interface Sleep extends Named {
  /** Unix milliseconds. */
  readonly wakeUpTime: number;
  readonly resultCompletionId: number;
}

interface CallTarget extends Named {
  readonly serviceName: string;
  readonly handlerName: string;
  readonly parameter: Uint8Array;
  readonly headers: readonly Header[];
  /** Empty for unkeyed services. */
  readonly key: string;
  readonly idempotencyKey?: string;
  readonly scope?: string;
  readonly limitKey?: string;
  readonly invocationIdNotificationIdx: number;
}
export interface Call extends CallTarget {
  readonly resultCompletionId: number;
}
export interface OneWayCall extends CallTarget {
  /** Unix milliseconds; 0 means now. */
  readonly invokeTime: number;
}

export interface SendSignal {
  readonly targetInvocationId: string;
  readonly signal:
    | { readonly kind: "index"; readonly index: number }
    | { readonly kind: "name"; readonly name: string };
  readonly result: SignalResult;
  /** On the wire this command's name is called `entry_name`; the field number is the same. */
  readonly name?: string;
}

export interface Run extends Named {
  readonly resultCompletionId: number;
}

export type InvocationTarget =
  | { readonly kind: "invocationId"; readonly invocationId: string }
  | {
      readonly kind: "idempotent";
      readonly serviceName: string;
      readonly serviceKey?: string;
      readonly handlerName: string;
      readonly idempotencyKey: string;
      readonly scope?: string;
    }
  | {
      readonly kind: "workflow";
      readonly workflowName: string;
      readonly workflowKey: string;
      readonly scope?: string;
    };

export interface AttachInvocation extends Named {
  readonly target: InvocationTarget;
  readonly resultCompletionId: number;
}
export type GetInvocationOutput = AttachInvocation;

export interface CompleteAwakeable extends Named {
  readonly awakeableId: string;
  readonly result: Outcome;
}

/** Signal indexes with a meaning of their own. */
export const CANCEL_SIGNAL_INDEX = 1;
/** The first index that an awakeable of a handler takes; 2-15 are reserved. */
export const FIRST_AWAKEABLE_SIGNAL_INDEX = 17;

/** Codes of ErrorMessage that name a fault between SDK and server. */
export const ProtocolErrorCode = {
  JournalMismatch: 570,
  ProtocolViolation: 571,
  AwaitingTwoAsyncResults: 572,
  UnsupportedFeature: 573,
  Closed: 598,
  Suspended: 599,
} as const;
