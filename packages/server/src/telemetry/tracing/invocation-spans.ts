import type { LifecycleEvent } from "../../partition/commands.js";
import { formatTarget, type Invocation } from "../../partition/model.js";
import { attributesOf } from "./attempt-span.js";
import { type InvocationTrace, invocationSpanId, traceOf } from "./invocation-trace.js";
import { newSpanId, preciseNow, type SpanSink } from "./span.js";

/** Spans of what happens to an invocation. Source of the names: the documents of 2023, docs/observability.md. */
export function traceLifecycle(sink: SpanSink, event: LifecycleEvent, invocation: Invocation): void {
  const trace = traceOf(invocation);
  if (trace === null) return;
  switch (event) {
    case "created":
      if (trace.link !== null) pointer(sink, invocation, trace);
      return;
    case "suspended":
      suspension(sink, invocation, trace);
      return;
    case "completed":
    case "killed":
      whole(sink, invocation, trace);
      return;
    case "paused":
      // The span of the attempt that failed says why.
      return;
  }
}

/** From its creation to its end: known only now, in the times that the store has. */
function whole(sink: SpanSink, invocation: Invocation, trace: InvocationTrace): void {
  const { outcome } = invocation;
  const failure = outcome?.kind === "failure" ? outcome.failure : null;
  sink({
    name: `invoke ${invocation.target.handler}`,
    kind: trace.link === null ? "internal" : "consumer",
    traceId: trace.traceId,
    spanId: invocationSpanId(invocation.id),
    parentSpanId: trace.parentSpanId,
    startMs: invocation.createdAt,
    endMs: invocation.completedAt ?? preciseNow(),
    attributes: {
      ...attributesOf(invocation),
      "restate.invocation.target": formatTarget(invocation.target),
      "restate.invocation.result": failure === null ? "Success" : "Failure",
      error: failure !== null,
    },
    events: [],
    links: trace.link === null ? [] : [trace.link],
    error: failure?.message ?? null,
  });
}

/** In the caller's trace, in place of the one-way call, which has a trace of its own. */
function pointer(sink: SpanSink, invocation: Invocation, { traceId, link }: InvocationTrace): void {
  const { id, target, createdAt, invokedById } = invocation;
  if (link === null || invokedById === null) return;
  sink({
    name: `background_invoke ${target.handler}`,
    kind: "producer",
    traceId: link.traceId,
    spanId: link.spanId,
    parentSpanId: invocationSpanId(invokedById),
    startMs: createdAt,
    endMs: createdAt,
    attributes: attributesOf(invocation),
    events: [],
    links: [{ traceId, spanId: invocationSpanId(id), isSampled: true }],
    error: null,
  });
}

function suspension(sink: SpanSink, invocation: Invocation, { traceId }: InvocationTrace): void {
  const now = preciseNow();
  sink({
    name: "suspend",
    kind: "internal",
    traceId,
    spanId: newSpanId(),
    parentSpanId: invocationSpanId(invocation.id),
    startMs: now,
    endMs: now,
    attributes: { ...attributesOf(invocation), "restate.journal.length": invocation.journalLength },
    events: [],
    links: [],
    error: null,
  });
}
