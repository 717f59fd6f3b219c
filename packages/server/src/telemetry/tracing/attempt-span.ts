import { codec, type Frame, isCommand, MessageType, messageName } from "@pawl/protocol";
import type { AttemptSpan } from "../../node/observer.js";
import type { AttemptStart, EndReason } from "../../partition/commands.js";
import type { AttemptFailure, Invocation } from "../../partition/model.js";
import { type InvocationTrace, invocationSpanId } from "./invocation-trace.js";
import { type Attributes, newSpanId, preciseNow, type SpanEvent, type SpanSink } from "./span.js";
import { formatTraceparent } from "./trace-context.js";

/** Beyond this, commands leave no event in the span of their attempt. As OpenTelemetry's default limit. */
const MAX_EVENTS = 128;

/**
 * One attempt, from its request to its end. Commands are events of it; changes of state and timers are spans of their own
 * below the invocation's, since they stand whatever becomes of the attempt.
 */
export class TracedAttempt implements AttemptSpan {
  readonly traceparent: string;
  readonly #invocation: Invocation;
  readonly #trace: InvocationTrace;
  readonly #spanId = newSpanId();
  readonly #startMs = preciseNow();
  readonly #retryCount: number;
  readonly #url: string;
  readonly #sink: SpanSink;
  readonly #events: SpanEvent[] = [];
  #failure: { readonly code: number; readonly message: string } | null = null;

  constructor(sink: SpanSink, trace: InvocationTrace, start: AttemptStart, url: string) {
    this.#sink = sink;
    this.#trace = trace;
    this.#invocation = start.invocation;
    this.#retryCount = start.retryCount;
    this.#url = url;
    this.traceparent = formatTraceparent({ traceId: trace.traceId, spanId: this.#spanId, isSampled: true });
  }

  frames(frames: readonly Frame[]): void {
    for (const { type, payload } of frames) {
      try {
        this.#frame(type, payload);
      } catch {
        // A frame that cannot be read fails the attempt, and that is said by those who fail it.
      }
    }
  }

  failed({ code, message }: AttemptFailure): void {
    this.#failure = { code, message };
  }

  end(reason: EndReason | "stopped"): void {
    const failure = this.#failure;
    this.#sink({
      name: "invoker_invocation_task",
      kind: "client",
      traceId: this.#trace.traceId,
      spanId: this.#spanId,
      parentSpanId: invocationSpanId(this.#invocation.id),
      startMs: this.#startMs,
      endMs: preciseNow(),
      attributes: {
        "rpc.system": "restate",
        ...attributesOf(this.#invocation),
        "url.full": this.#url,
        "restate.attempt.result": reason,
        "restate.retry.count": this.#retryCount,
        ...(failure !== null && { "restate.error.code": failure.code }),
      },
      events: this.#events,
      links: [],
      error: reason === "failed" ? (failure?.message ?? "it failed") : reason === "stopped" ? STOPPED : null,
    });
  }

  #frame(type: number, payload: Uint8Array): void {
    if (type === MessageType.Error) {
      const { code, message } = codec.Error.decode(payload);
      this.#failure = { code, message };
      return;
    }
    if (!isCommand(type)) return;
    const timeMs = preciseNow();
    if (this.#events.length < MAX_EVENTS) this.#events.push({ name: messageName(type), timeMs });
    switch (type) {
      case MessageType.SetState: {
        const key = Buffer.from(codec.SetState.decode(payload).key).toString();
        this.#below(`set_state ${key}`, timeMs, timeMs, { "restate.state.key": key });
        return;
      }
      case MessageType.ClearState: {
        const key = Buffer.from(codec.ClearState.decode(payload).key).toString();
        this.#below(`clear_state ${key}`, timeMs, timeMs, { "restate.state.key": key });
        return;
      }
      case MessageType.Sleep: {
        const { wakeUpTime, resultCompletionId } = codec.Sleep.decode(payload);
        this.#below("sleep", timeMs, Math.max(Number(wakeUpTime), timeMs), {
          "restate.timer.key": `${this.#invocation.id}/${resultCompletionId}`,
          "restate.timer.wake_up_time": Number(wakeUpTime),
        });
      }
    }
  }

  #below(name: string, startMs: number, endMs: number, attributes: Attributes): void {
    this.#sink({
      name,
      kind: "internal",
      traceId: this.#trace.traceId,
      spanId: newSpanId(),
      parentSpanId: invocationSpanId(this.#invocation.id),
      startMs,
      endMs,
      attributes: { ...attributesOf(this.#invocation), ...attributes },
      events: [],
      links: [],
      error: null,
    });
  }
}

const STOPPED = "the server stopped: the attempt is repeated when it starts again";

/** What all spans of an invocation have. Source of the names: the documents of 2023, docs/observability.md. */
export function attributesOf({ id, target }: Invocation): Attributes {
  return { "rpc.service": target.service, "rpc.method": target.handler, "restate.invocation.id": id };
}
