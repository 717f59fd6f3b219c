import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Call,
  codec,
  encodeFrame,
  FrameDecoder,
  isCommand,
  MessageType,
  messageName,
  type Notification,
  type NotificationResult,
  type ProposeRunCompletion,
  type StateEntry,
  type Suspension,
} from "@pawl/protocol";
import { type AnyDefinition, Endpoint, type EndpointOptions } from "../endpoint/endpoint.js";
import type { LoggerTransport } from "../logging/logger.js";
import { bytes, linesOf, RAW_ID, value } from "../machine/story.test.kit.js";
import type { Attempt } from "./attempt.js";

export interface JournalEntry {
  readonly type: number;
  readonly payload: Uint8Array;
}

export const textOf = (entry: JournalEntry): string =>
  linesOf(encodeFrame(entry.type, entry.payload))[0]!.replace(/"wakeUpTime":\d+/, '"wakeUpTime":0');

/** Decides what happens outside of the invocation: the results of its commands, and in which order they arrive. */
export interface World {
  /** @returns which of `count` pending results arrives next; undefined: none as yet */
  choose(count: number): number | undefined;
  callResult?(call: Call): NotificationResult;
}

export type AttemptOutcome =
  | { kind: "completed"; output: string }
  | { kind: "suspended"; suspension: Suspension }
  | { kind: "failed"; error: ReturnType<typeof codec.Error.decode> };

export interface ServerOptions {
  readonly version?: 5 | 6 | 7;
  readonly input?: unknown;
  readonly key?: string;
  readonly state?: readonly StateEntry[];
  readonly partialState?: boolean;
  readonly journal?: readonly JournalEntry[];
  readonly logger?: LoggerTransport;
  readonly endpoint?: Omit<EndpointOptions, "services" | "logger">;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Pending {
  readonly type: number;
  readonly id: number;
  readonly result: NotificationResult;
}

/**
 * A server for one invocation in memory: stores what the SDK sends in a journal, and answers. Attempts can be run on any
 * prefix of the journal.
 */
export class InvocationServer {
  readonly journal: JournalEntry[];
  readonly pending: Pending[] = [];
  readonly frames: string[] = [];
  readonly #version: 5 | 6 | 7;
  readonly #endpoint: Endpoint;
  #attempt: Attempt | undefined;
  #decoder = new FrameDecoder();
  #ended = false;
  #outcome: AttemptOutcome | undefined;

  constructor(
    definition: AnyDefinition,
    private readonly handler: string,
    private readonly options: ServerOptions = {},
  ) {
    this.#version = options.version ?? 6;
    this.#endpoint = new Endpoint({
      services: [definition],
      logger: options.logger ?? (() => {}),
      ...options.endpoint,
    });
    this.service = definition.name;
    const text = options.input === undefined ? "" : JSON.stringify(options.input);
    const payload = codec.Input.encode({ headers: [], value: bytes(text) });
    this.journal = options.journal ? [...options.journal] : [{ type: MessageType.Input, payload }];
  }

  readonly service: string;

  /** Starts an attempt that replays the journal. Requests of its own kind can be fed with `deliver`. */
  start(retryCount = 0): void {
    const answer = this.#endpoint.handle({
      path: `/invoke/${this.service}/${this.handler}`,
      headers: {
        "content-type": `application/vnd.restate.invocation.v${this.#version}`,
        ...this.options.headers,
      },
      mode: "BIDI_STREAM",
    });
    assert.equal(answer.kind, "stream");
    this.#decoder = new FrameDecoder();
    this.#ended = false;
    this.#outcome = undefined;
    const { key = "", state = [], partialState = true } = this.options;
    this.#attempt = answer.start({
      write: (chunk) => this.#sdkSent(chunk),
      end: (chunk) => this.#sdkEnded(chunk),
    });
    const start = codec.Start.encode({
      id: RAW_ID,
      debugId: "inv_1test",
      knownEntries: this.journal.length,
      stateMap: state,
      partialState,
      key,
      retryCountSinceLastStoredEntry: retryCount,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 42n,
    });
    const replay = [...this.journal];
    this.#attempt.receive(encodeFrame(MessageType.Start, start));
    for (const entry of replay) this.#attempt.receive(encodeFrame(entry.type, entry.payload));
  }

  endInput(): void {
    this.#attempt!.receiveEnd();
  }

  disconnect(): void {
    this.#attempt!.disconnected();
  }

  get outcome(): AttemptOutcome | undefined {
    return this.#outcome;
  }

  /** Stores a notification and passes it on. */
  notify(type: number, notification: Notification): void {
    const payload = codec.Notification.encode(notification);
    this.journal.push({ type, payload });
    this.#attempt!.receive(encodeFrame(type, payload));
  }

  /** Stores an entry as it is and passes it on. */
  passOn(entry: JournalEntry): void {
    this.journal.push(entry);
    this.#attempt!.receive(encodeFrame(entry.type, entry.payload));
  }

  /** Stores a pending result while no attempt is under way. */
  store(index: number): void {
    const [next] = this.pending.splice(index, 1);
    const payload = codec.Notification.encode({
      id: { kind: "completion", id: next!.id },
      result: next!.result,
    });
    this.journal.push({ type: next!.type, payload });
  }

  deliver(index: number): void {
    const [next] = this.pending.splice(index, 1);
    const id = { kind: "completion", id: next!.id } as const;
    this.notify(next!.type, { id, result: next!.result });
  }

  /** Lets everything happen until the attempt ends. @returns its end */
  async finish(world: World): Promise<AttemptOutcome> {
    for (let turns = 0; turns < 10_000; turns++) {
      await turn();
      if (this.#outcome !== undefined) return this.#outcome;
      const next = world.choose(this.pending.length);
      if (next !== undefined && next < this.pending.length) this.deliver(next);
    }
    throw new Error(`The attempt does not end. Journal:\n${this.journal.map(textOf).join("\n")}`);
  }

  #sdkSent(chunk: Uint8Array): boolean {
    assert.ok(!this.#ended, "nothing is written after the end");
    this.frames.push(...linesOf(chunk));
    this.#decoder.push(chunk);
    for (let f = this.#decoder.next(); f !== undefined; f = this.#decoder.next()) this.#onFrame(f);
    return true;
  }

  #sdkEnded(chunk: Uint8Array | undefined): void {
    if (chunk !== undefined) this.#sdkSent(chunk);
    this.#ended = true;
    assert.ok(this.#outcome, "the stream ends with End, Suspension or Error");
  }

  #onFrame({ type, payload }: JournalEntry): void {
    assert.equal(this.#outcome, undefined, `${messageName(type)} after the end`);
    if (type === MessageType.ProposeRunCompletion)
      this.#onProposal(codec.ProposeRunCompletion.decode(payload));
    else if (type === MessageType.Suspension) {
      this.#outcome = { kind: "suspended", suspension: codec.Suspension.decode(payload) };
    } else if (type === MessageType.Error) {
      this.#outcome = { kind: "failed", error: codec.Error.decode(payload) };
    } else if (type === MessageType.End) this.#outcome = { kind: "completed", output: this.#output() };
    else if (isCommand(type)) {
      this.journal.push({ type, payload });
      this.onCommand(type, payload);
    }
  }

  #output(): string {
    const { type, payload } = this.journal.at(-1)!;
    assert.equal(type, MessageType.Output, "End follows the Output");
    const { result } = codec.Output.decode(payload);
    return result.kind === "value"
      ? new TextDecoder().decode(result.value)
      : `${result.failure.code} ${result.failure.message}`;
  }

  #onProposal({ resultCompletionId, result }: ProposeRunCompletion): void {
    const id = { kind: "completion", id: resultCompletionId } as const;
    const payload = codec.Notification.encode({ id, result });
    this.journal.push({ type: MessageType.RunCompletion, payload });
    const ack = encodeFrame(
      MessageType.ProposeRunCompletionAck,
      codec.ProposeRunCompletionAck.encode({ completionId: resultCompletionId }),
    );
    const answer = this.#version >= 7 ? ack : encodeFrame(MessageType.RunCompletion, payload);
    queueMicrotask(() => this.#attempt!.receive(answer));
  }

  callResult: (call: Call) => NotificationResult = (call) => ({ kind: "value", value: call.parameter });

  protected onCommand(type: number, payload: Uint8Array): void {
    const later = (notification: number, id: number, result: NotificationResult): void => {
      this.pending.push({ type: notification, id, result });
    };
    if (type === MessageType.Sleep) {
      later(MessageType.SleepCompletion, codec.Sleep.decode(payload).resultCompletionId, { kind: "void" });
    } else if (type === MessageType.Call) {
      const call = codec.Call.decode(payload);
      const invocationId = `inv_1callee${call.resultCompletionId}`;
      later(MessageType.CallInvocationIdCompletion, call.invocationIdNotificationIdx, {
        kind: "invocationId",
        invocationId,
      });
      later(MessageType.CallCompletion, call.resultCompletionId, this.callResult(call));
    } else if (type === MessageType.OneWayCall) {
      const { invocationIdNotificationIdx: id } = codec.OneWayCall.decode(payload);
      later(MessageType.CallInvocationIdCompletion, id, {
        kind: "invocationId",
        invocationId: `inv_1sent${id}`,
      });
    } else if (type === MessageType.GetLazyState) {
      later(
        MessageType.GetLazyStateCompletion,
        codec.GetLazyState.decode(payload).resultCompletionId,
        value("7"),
      );
    } else if (type === MessageType.GetPromise) {
      later(
        MessageType.GetPromiseCompletion,
        codec.GetPromise.decode(payload).resultCompletionId,
        value('"kept"'),
      );
    } else if (type === MessageType.PeekPromise) {
      later(MessageType.PeekPromiseCompletion, codec.PeekPromise.decode(payload).resultCompletionId, {
        kind: "void",
      });
    } else if (type === MessageType.CompletePromise) {
      const id = codec.CompletePromise.decode(payload).resultCompletionId;
      later(MessageType.CompletePromiseCompletion, id, { kind: "void" });
    } else if (type === MessageType.AttachInvocation) {
      const id = codec.AttachInvocation.decode(payload).resultCompletionId;
      later(MessageType.AttachInvocationCompletion, id, value('"attached"'));
    }
  }
}

/** Results arrive in the order of their commands. */
export const inOrder: World = { choose: (count) => (count > 0 ? 0 : undefined) };

/** Runs a handler to its end. */
export async function runToEnd(
  definition: AnyDefinition,
  handler: string,
  options: ServerOptions = {},
): Promise<{ outcome: AttemptOutcome; server: InvocationServer }> {
  const server = new InvocationServer(definition, handler, options);
  server.start();
  return { outcome: await server.finish(inOrder), server };
}
