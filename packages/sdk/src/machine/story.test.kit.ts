import assert from "node:assert/strict";
import {
  codec,
  encodeFrame,
  FrameDecoder,
  isNotification,
  MessageType,
  messageName,
  type Notification,
  type NotificationResult,
  type Start,
} from "@pawl/protocol";
import type { Awaited, AwaitSet, Handle } from "./awaiting.js";
import { InvocationMachine } from "./machine.js";
import type { Progress } from "./progress.js";
import type { MachineOptions } from "./state.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const value = (text: string): NotificationResult & { kind: "value" } => ({
  kind: "value",
  value: bytes(text),
});
export const VOID = { kind: "void" } as const;
export const failure = (code: number, message: string) =>
  ({ kind: "failure", failure: { code, message } }) as const;
export const invocationId = (id: string): NotificationResult => ({ kind: "invocationId", invocationId: id });

export const RAW_ID: Uint8Array = Uint8Array.from({ length: 24 }, (_, i) => i + 1);

type CommandName = Exclude<keyof typeof codec, "Notification" | "Future" | "MAX_FUTURE_DEPTH">;

/** A frame from the server with this message. */
export function frame<N extends CommandName>(
  name: N,
  message: Parameters<(typeof codec)[N]["encode"]>[0],
): Uint8Array {
  const messageCodec = codec[name] as { type: number; encode(message: unknown): Uint8Array };
  return encodeFrame(messageCodec.type, messageCodec.encode(message));
}

export function start(knownEntries: number, fields: Partial<Start> = {}): Uint8Array {
  return frame("Start", {
    id: RAW_ID,
    debugId: "inv_1test",
    knownEntries,
    stateMap: [],
    partialState: true,
    key: "",
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    randomSeed: 7n,
    ...fields,
  });
}

export const input = (text = ""): Uint8Array => frame("Input", { headers: [], value: bytes(text) });

type CompletionName = Extract<keyof typeof MessageType, `${string}Completion`>;

export function completion(name: CompletionName, id: number, result: NotificationResult): Uint8Array {
  return notification(MessageType[name], { id: { kind: "completion", id }, result });
}

export function signal(index: number, result: NotificationResult): Uint8Array {
  return notification(MessageType.Signal, { id: { kind: "signal", index }, result });
}

export function namedSignal(name: string, result: NotificationResult): Uint8Array {
  return notification(MessageType.Signal, { id: { kind: "namedSignal", name }, result });
}

const notification = (type: number, message: Notification): Uint8Array =>
  encodeFrame(type, codec.Notification.encode(message));

/** Start and journal: the server's first words. */
export function journal(entries: readonly Uint8Array[], fields: Partial<Start> = {}): Uint8Array[] {
  return [start(entries.length, fields), ...entries];
}

/** Frames as lines of text: the name of the message, then its fields as JSON, without empty ones. */
export function linesOf(frames: Uint8Array | undefined): string[] {
  if (frames === undefined) return [];
  const decoding = new FrameDecoder();
  // A Buffer would turn into JSON in a way of its own.
  decoding.push(new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength));
  const lines: string[] = [];
  for (let next = decoding.next(); next !== undefined; next = decoding.next()) {
    const name = messageName(next.type);
    const messageCodec = isNotification(next.type) ? codec.Notification : codec[name as CommandName];
    const message = messageCodec.decode(next.payload);
    const text = JSON.stringify(message, plain);
    const ack = next.flags === 0 ? "" : " (ack requested)";
    lines.push(text === "{}" ? name + ack : `${name}${ack} ${text}`);
  }
  return lines;
}

function plain(key: string, field: unknown): unknown {
  if (field instanceof Uint8Array) return decoder.decode(field);
  if (key === "stacktrace") return undefined;
  if (Array.isArray(field) && field.length === 0) return undefined;
  return field === "" && key !== "value" && key !== "message" ? undefined : field;
}

/** Awaits these handles, each one enough. */
export function awaiting(...handles: Handle[]): AwaitSet {
  const tree: Awaited = handles.length === 1 ? handles[0]! : { combinator: 1, children: handles };
  return { has: (handle) => handles.includes(handle), tree: () => tree };
}

export function awaitingTree(tree: Awaited): AwaitSet {
  const handles = new Set<Handle>();
  const visit = (node: Awaited): void => {
    if (typeof node === "object") node.children.forEach(visit);
    else handles.add(node);
  };
  visit(tree);
  return { has: (handle) => handles.has(handle), tree: () => tree };
}

export interface Story {
  readonly machine: InvocationMachine;
  /** What the machine wrote since the last time. */
  output(): string[];
  server(...frames: Uint8Array[]): void;
  progress(...handles: Handle[]): Progress;
  /** The text of a result that is ready. */
  take(handle: Handle): unknown;
}

/** A machine that has received these frames and given the Input to the handler. */
export function story(frames: Uint8Array[], options: Partial<MachineOptions> = {}): Story {
  const machine = new InvocationMachine({ version: 6, ...options });
  const server = (...more: Uint8Array[]): void => {
    for (const bytesOfFrame of more) machine.receive(bytesOfFrame);
  };
  server(...frames);
  assert.ok(machine.isReady, "the journal has arrived");
  machine.input();
  return {
    machine,
    server,
    output: () => linesOf(machine.takeOutput()),
    progress: (...handles) => machine.progress(awaiting(...handles)),
    take: (handle) => {
      const result = machine.take(handle);
      if (result?.kind === "value") return decoder.decode(result.value);
      if (result?.kind === "invocationId") return result.invocationId;
      if (result?.kind === "stateKeys") return result.keys;
      return result?.kind === "failure" ? result.failure : result?.kind;
    },
  };
}

/** A fresh invocation. */
export const fresh = (options: Partial<MachineOptions> = {}, fields: Partial<Start> = {}): Story =>
  story(journal([input()], fields), options);
