import { codec, MessageType } from "@pawl/protocol";
import type { Exchange } from "../http/exchange.js";
import type { IngressMeter, RequestStatus } from "../ingress/meter.js";
import { addressOf, type Endpoint } from "../invoker/endpoint.js";
import type { AttemptFailed, AttemptSpan, Observer } from "../node/observer.js";
import type { AttemptStart, EndReason, LifecycleEvent } from "../partition/commands.js";
import { formatTarget, type Invocation, type Target } from "../partition/model.js";
import type { LogFields, Loggers } from "./logger.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import type { Tracing } from "./tracing/tracing.js";

/** A commit that takes longer is worth a warning: everything waits for it. */
const SLOW_COMMIT_MS = 1_000;
/** Characters of an input or output that a line shows. */
const SHOWN_PAYLOAD = 1024;

export interface ServerObserverOptions {
  readonly loggers: Loggers;
  readonly metrics: ServerMetrics;
  /** null: nothing is traced. */
  readonly tracing: Tracing | null;
  /** Lines about invocations show inputs and outputs. */
  readonly logPayloads: boolean;
}

/** Counts, logs and traces what happens in ingress and node. */
export class ServerObserver implements Observer, IngressMeter {
  readonly #loggers: Loggers;
  readonly #metrics: ServerMetrics;
  readonly #tracing: Tracing | null;
  readonly #logPayloads: boolean;

  constructor(options: ServerObserverOptions) {
    this.#loggers = options.loggers;
    this.#metrics = options.metrics;
    this.#tracing = options.tracing;
    this.#logPayloads = options.logPayloads;
  }

  answered({ target, arrivedAt }: Exchange, status: RequestStatus): void {
    const { handlers } = this.#metrics;
    const metrics = target === null ? handlers.others : handlers.of(target.service, target.handler);
    metrics.requests[status].value++;
    const durationMs = performance.now() - arrivedAt;
    metrics.requestSeconds.observe(durationMs / 1000);
    this.#loggers.ingress.debug?.("request answered", {
      "rpc.service": target?.service,
      "rpc.method": target?.handler,
      status,
      "duration.ms": Math.round(durationMs),
    });
  }

  became(event: LifecycleEvent, invocation: Invocation): void {
    this.#count(event, invocation);
    this.#logLifecycle(event, invocation);
    if (this.#tracing !== null) this.#tracing.became(event, invocation);
  }

  attemptStarted(start: AttemptStart, endpoint: Endpoint): AttemptSpan | null {
    const { invocation } = start;
    const { service, handler } = invocation.target;
    this.#metrics.handlers.of(service, handler).attemptsStarted.value++;
    this.#loggers.invoker.debug?.("executing the invocation at the service endpoint", {
      ...fieldsOf(invocation),
      "http.url": `${addressOf(endpoint).replace(/\/+$/, "")}/invoke/${service}/${handler}`,
      "restate.journal.length": start.journal.length,
      "restate.retry.count": start.retryCount,
    });
    return this.#tracing === null ? null : this.#tracing.attempt(start, endpoint);
  }

  attemptEnded({ service, handler }: Target, reason: EndReason, durationMs: number): void {
    const metrics = this.#metrics.handlers.of(service, handler);
    metrics.attempts[reason].value++;
    metrics.attemptSeconds.observe(durationMs / 1000);
  }

  /** What a user needs to find out why an invocation does not get on. */
  attemptFailed({ invocation, failure, next }: AttemptFailed): void {
    const { service, handler } = invocation.target;
    if (next === "retry") this.#metrics.handlers.of(service, handler).retries.value++;
    this.#loggers.invoker.warn?.(`an attempt failed: ${failure.message}`, {
      ...fieldsOf(invocation),
      "restate.error.code": failure.docCode,
      "restate.retry.count": invocation.attempt?.retryCount,
      "restate.next": next,
    });
  }

  committed(durationMs: number, rows: number): void {
    const { commitSeconds, commitRows } = this.#metrics;
    commitSeconds.observe(durationMs / 1000);
    commitRows.observe(rows);
    if (durationMs < SLOW_COMMIT_MS) return;
    this.#loggers.store.warn?.("a commit was slow: is the disk overloaded?", {
      "duration.ms": Math.round(durationMs),
      rows,
    });
  }

  #count(event: LifecycleEvent, { target, outcome }: Invocation): void {
    const metrics = this.#metrics.handlers.of(target.service, target.handler);
    switch (event) {
      case "completed":
        (outcome?.kind === "failure" ? metrics.failed : metrics.succeeded).value++;
        return;
      default:
        metrics[event].value++;
    }
  }

  #logLifecycle(event: LifecycleEvent, invocation: Invocation): void {
    const { node, invoker } = this.#loggers;
    switch (event) {
      case "created":
        node.debug?.("invocation created", { ...fieldsOf(invocation), ...this.#input(invocation) });
        return;
      case "suspended":
        invoker.debug?.("invocation suspended", fieldsOf(invocation));
        return;
      case "paused":
        invoker.warn?.("invocation paused: it goes on when it is resumed", fieldsOf(invocation));
        return;
      case "killed":
        node.info?.("invocation killed", fieldsOf(invocation));
        return;
      case "completed":
        node.debug?.("invocation completed", {
          ...fieldsOf(invocation),
          "restate.invocation.result": invocation.outcome?.kind === "failure" ? "Failure" : "Success",
          ...this.#output(invocation),
        });
    }
  }

  #input({ journal }: Invocation): LogFields {
    const entry = journal?.[0];
    if (!this.#logPayloads || entry?.type !== MessageType.Input) return {};
    return { "restate.invocation.input": shown(codec.Input.decode(entry.payload).value) };
  }

  #output({ outcome }: Invocation): LogFields {
    // The message of a failure is no payload: whoever reads the log needs it.
    if (outcome?.kind === "failure") return { "restate.error.message": outcome.failure.message };
    if (!this.#logPayloads || outcome === null) return {};
    return { "restate.invocation.output": shown(outcome.value) };
  }
}

/** Source of the names: the documents of 2023, docs/observability.md. */
function fieldsOf({ id, target }: Invocation): LogFields {
  return {
    "rpc.service": target.service,
    "rpc.method": target.handler,
    "restate.invocation.id": id,
    "restate.invocation.target": formatTarget(target),
  };
}

function shown(payload: Uint8Array): string {
  return Buffer.from(payload.subarray(0, SHOWN_PAYLOAD)).toString();
}
