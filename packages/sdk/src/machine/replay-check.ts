import {
  type AttachInvocation,
  type Call,
  type CompleteAwakeable,
  type CompletePromise,
  type GetEagerState,
  type GetLazyState,
  type GetPromise,
  type Header,
  MessageType,
  type OneWayCall,
  type Output,
  type Run,
  type SendSignal,
  type SetState,
  type SignalResult,
  type StateKeyCommand,
} from "@pawl/protocol";
import type { Difference } from "./mismatch.js";

/**
 * What a replayed command must have in common with the command that the code asks for now.
 *
 * Source: the comparisons of restatedev/sdk-shared-core; fields that are not listed may differ (a Sleep's wake-up time is
 * taken from the clock, so only its name counts).
 */
interface Rule {
  readonly field: string;
  readonly equal: (recorded: unknown, current: unknown) => boolean;
  /** A payload: skipped when the serialization is known not to be stable. */
  readonly payload: boolean;
}

type Kind = "plain" | "text" | "headers" | "structure" | "bytes" | "outcome";

function fields<T>(kinds: { readonly [K in keyof T]?: Kind }): readonly Rule[] {
  const rules: Rule[] = [text("name")];
  for (const [field, kind] of Object.entries(kinds)) {
    rules.push({ field, equal: equals[kind as Kind], payload: kind === "bytes" || kind === "outcome" });
  }
  return rules;
}

const text = (field: string): Rule => ({ field, equal: equalTexts, payload: false });

// An absent name and an empty one are the same on the wire.
const equalTexts = (a: unknown, b: unknown): boolean => (a ?? "") === (b ?? "");

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function equalHeaders(a: readonly Header[] = [], b: readonly Header[] = []): boolean {
  return a.length === b.length && a.every((h, i) => h.key === b[i]!.key && h.value === b[i]!.value);
}

function equalResults(a: SignalResult, b: SignalResult): boolean {
  if (a.kind === "value" && b.kind === "value") return equalBytes(a.value, b.value);
  if (a.kind === "failure" && b.kind === "failure") {
    const { failure: x } = a;
    const { failure: y } = b;
    return x.code === y.code && x.message === y.message && equalHeaders(x.metadata, y.metadata);
  }
  return a.kind === b.kind;
}

function equalStructures(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    if (!equalStructures((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
      return false;
  }
  return true;
}

const equals: { readonly [K in Kind]: (a: unknown, b: unknown) => boolean } = {
  plain: (a, b) => a === b,
  text: equalTexts,
  headers: (a, b) => equalHeaders(a as Header[], b as Header[]),
  structure: equalStructures,
  bytes: (a, b) => equalBytes(a as Uint8Array, b as Uint8Array),
  outcome: (a, b) => equalResults(a as SignalResult, b as SignalResult),
};

const callTarget = {
  serviceName: "plain",
  handlerName: "plain",
  key: "text",
  headers: "headers",
  parameter: "bytes",
  idempotencyKey: "plain",
  scope: "plain",
  limitKey: "plain",
  invocationIdNotificationIdx: "plain",
} as const;

const stateKey = fields<StateKeyCommand>({ key: "plain" });
const keyed = fields<GetLazyState & GetPromise>({ key: "plain", resultCompletionId: "plain" });
const target = fields<AttachInvocation>({ target: "structure", resultCompletionId: "plain" });

const rulesByType: { readonly [type: number]: readonly Rule[] } = {
  [MessageType.Input]: [],
  [MessageType.Output]: fields<Output>({ result: "outcome" }),
  [MessageType.SetState]: fields<SetState>({ key: "plain", value: "bytes" }),
  [MessageType.ClearState]: stateKey,
  [MessageType.ClearAllState]: fields({}),
  [MessageType.GetEagerState]: fields<GetEagerState>({ key: "plain" }),
  [MessageType.GetLazyState]: keyed,
  [MessageType.GetEagerStateKeys]: fields({}),
  [MessageType.GetLazyStateKeys]: fields<Run>({ resultCompletionId: "plain" }),
  [MessageType.GetPromise]: keyed,
  [MessageType.PeekPromise]: keyed,
  [MessageType.CompletePromise]: fields<CompletePromise>({
    key: "plain",
    completion: "outcome",
    resultCompletionId: "plain",
  }),
  [MessageType.Sleep]: fields({}),
  [MessageType.Call]: fields<Call>({ ...callTarget, resultCompletionId: "plain" }),
  [MessageType.OneWayCall]: fields<OneWayCall>(callTarget),
  [MessageType.SendSignal]: fields<SendSignal>({
    targetInvocationId: "plain",
    signal: "structure",
    result: "outcome",
  }),
  [MessageType.Run]: fields<Run>({ resultCompletionId: "plain" }),
  [MessageType.AttachInvocation]: target,
  [MessageType.GetInvocationOutput]: target,
  [MessageType.CompleteAwakeable]: fields<CompleteAwakeable>({ awakeableId: "plain", result: "outcome" }),
};

const NONE: readonly Difference[] = [];

/** @returns the fields that differ; empty if the command is the recorded one */
export function differences<T extends object>(
  type: number,
  recorded: T,
  current: T,
  comparePayloads: boolean,
): readonly Difference[] {
  let found: Difference[] | undefined;
  for (const rule of rulesByType[type]!) {
    if (rule.payload && !comparePayloads) continue;
    const a = (recorded as Record<string, unknown>)[rule.field];
    const b = (current as Record<string, unknown>)[rule.field];
    if (rule.equal(a, b)) continue;
    found ??= [];
    found.push({ field: rule.field, recorded: show(a), current: show(b) });
  }
  return found ?? NONE;
}

const MAX_SHOWN_LENGTH = 200;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const shown = value instanceof Uint8Array ? showBytes(value) : JSON.stringify(value, showNested);
  return shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, MAX_SHOWN_LENGTH)}...` : shown;
}

const showNested = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? showBytes(value) : value;

function showBytes(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_SHOWN_LENGTH));
}
