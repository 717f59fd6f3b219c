import type { Runtime } from "../../node/runtime.js";
import type { Client, Command, InvokeMessage, Responder, Response } from "../../partition/commands.js";
import type { Sampler } from "./sampler.js";
import { newSpanId, newTraceId, preciseNow, type SpanSink } from "./span.js";
import { formatTraceparent, parseTraceparent, type TraceContext } from "./trace-context.js";

type Request = Extract<Command, { kind: "request" }>;

/** What the ingress sees of a node whose requests are traced: a span from a request's command to its answer. */
export function tracedRuntime(runtime: Runtime, sampler: Sampler, sink: SpanSink): Runtime {
  /** The core compares responders to find out who goes away. */
  const traced = new WeakMap<Responder, RequestSpan>();
  const begin = (command: Request): Request => {
    const { invoke, responder } = command;
    const parent = parseTraceparent(invoke.traceparent);
    const traceId = parent?.traceId ?? newTraceId();
    const context = { traceId, spanId: newSpanId(), isSampled: sampler(parent, traceId) };
    const message = { ...invoke, traceparent: formatTraceparent(context) };
    if (!context.isSampled) return { ...command, invoke: message };
    const span = new RequestSpan(responder, sink, context, parent, message);
    traced.set(responder, span);
    return { ...command, invoke: message, responder: span };
  };
  const submit = (command: Command): void => {
    if (command.kind === "request") {
      runtime.submit(begin(command));
      return;
    }
    const span = command.kind === "detach" ? traced.get(command.responder) : undefined;
    if (command.kind !== "detach" || span === undefined) {
      runtime.submit(command);
      return;
    }
    span.end("nobody waits for the answer any more");
    runtime.submit({ ...command, responder: span });
  };
  return {
    registry: runtime.registry,
    submit,
    newInvocationId: (key) => runtime.newInvocationId(key),
    saveDocuments: (puts, deletes) => runtime.saveDocuments(puts, deletes),
  };
}

/** Stands in for a responder and ends the span when it answers. */
class RequestSpan implements Responder {
  readonly #responder: Responder;
  readonly #sink: SpanSink;
  readonly #context: TraceContext;
  readonly #parent: TraceContext | null;
  readonly #invoke: InvokeMessage;
  /** Of a client that goes away, nothing is known any more. */
  readonly #client: Client | undefined;
  readonly #startMs = preciseNow();

  constructor(
    responder: Responder,
    sink: SpanSink,
    context: TraceContext,
    parent: TraceContext | null,
    invoke: InvokeMessage,
  ) {
    this.#responder = responder;
    this.#sink = sink;
    this.#context = context;
    this.#parent = parent;
    this.#invoke = invoke;
    this.#client = responder.client;
  }

  respond(response: Response): void {
    this.#responder.respond(response);
    const failed = response.kind === "outcome" && response.outcome.kind === "failure";
    this.end(failed ? response.outcome.failure.message : null);
  }

  end(error: string | null): void {
    const { traceId, spanId } = this.#context;
    const { target, id } = this.#invoke;
    const { system, address, port } = this.#client ?? {};
    this.#sink({
      name: `ingress_invoke ${target.handler}`,
      kind: "server",
      traceId,
      spanId,
      parentSpanId: this.#parent?.spanId ?? null,
      startMs: this.#startMs,
      endMs: preciseNow(),
      attributes: {
        ...(system !== undefined && { "rpc.system": system }),
        "rpc.service": target.service,
        "rpc.method": target.handler,
        "restate.invocation.id": id,
        ...(address !== undefined && { "client.socket.address": address }),
        ...(port !== undefined && { "client.socket.port": port }),
      },
      events: [],
      links: [],
      error,
    });
  }
}
