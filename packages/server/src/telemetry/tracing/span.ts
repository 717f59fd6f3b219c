import { randomBytes } from "node:crypto";
import type { TraceContext } from "./trace-context.js";

/** A span that is over. */
export interface Span {
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly traceId: string;
  readonly spanId: string;
  /** null: it is the root of its trace. */
  readonly parentSpanId: string | null;
  /** Unix milliseconds, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly TraceContext[];
  /** What went wrong, null: nothing did. */
  readonly error: string | null;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeMs: number;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Takes spans and exports them some time. */
export type SpanSink = (span: Span) => void;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

export function newTraceId(): string {
  return randomBytes(TRACE_ID_BYTES).toString("hex");
}

export function newSpanId(): string {
  return randomBytes(SPAN_ID_BYTES).toString("hex");
}

/** Finer than milliseconds: many spans are shorter. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
