import { createHash } from "node:crypto";
import type { Invocation } from "../../partition/model.js";
import { formatTraceparent, NO_SPAN, parseTraceparent, type TraceContext } from "./trace-context.js";

/**
 * Where the span of an invocation stands. All of it follows from the invocation's row, so that a trace goes on after a
 * crash: the column `traceparent` names trace and parent, and the ids of its own spans are hashes of its id.
 *
 * A call belongs to the trace of its caller. A one-way call has a trace of its own, and its column two parts: its trace,
 * without a parent, and the place in the caller's trace that points to it.
 */
export interface InvocationTrace {
  readonly traceId: string;
  /** null: it is the root. */
  readonly parentSpanId: string | null;
  /** In the trace of a one-way call's caller. */
  readonly link: TraceContext | null;
}

/** @returns null when it is not traced */
export function traceOf({ traceparent }: Pick<Invocation, "traceparent">): InvocationTrace | null {
  if (traceparent === null) return null;
  const space = traceparent.indexOf(" ");
  if (space < 0) {
    const parent = parseTraceparent(traceparent);
    if (parent === null || !parent.isSampled) return null;
    return { traceId: parent.traceId, parentSpanId: parent.spanId, link: null };
  }
  const link = parseTraceparent(traceparent.slice(space + 1));
  return link === null ? null : { traceId: traceparent.slice(3, 35), parentSpanId: null, link };
}

/** The column of an invocation that another one calls. */
export function traceparentOf(caller: Invocation, callee: string, isOneWay: boolean): string | null {
  const trace = traceOf(caller);
  // What is not sampled is passed on as it is, so that nobody further down begins to sample.
  if (trace === null) return caller.traceparent;
  const { traceId } = trace;
  if (!isOneWay) return formatTraceparent({ traceId, spanId: invocationSpanId(caller.id), isSampled: true });
  const own = formatTraceparent({ traceId: ownTraceId(callee), spanId: NO_SPAN, isSampled: true });
  return `${own} ${formatTraceparent({ traceId, spanId: pointerSpanId(callee), isSampled: true })}`;
}

const SPAN_ID_DIGITS = 16;
const TRACE_ID_DIGITS = 32;

/** Of the span from its creation to its end. */
export function invocationSpanId(id: string): string {
  return hash("span", id).slice(0, SPAN_ID_DIGITS);
}

/** Of the span in the caller's trace that points to it. */
function pointerSpanId(id: string): string {
  return hash("pointer", id).slice(0, SPAN_ID_DIGITS);
}

function ownTraceId(id: string): string {
  return hash("trace", id).slice(0, TRACE_ID_DIGITS);
}

function hash(purpose: string, id: string): string {
  return createHash("sha256").update(`${purpose},${id}`).digest("hex");
}
