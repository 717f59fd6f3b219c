import { parseTracestate } from "./tracestate.js";

/** A place in a trace, as in the header `traceparent` (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whoever began the trace wants it recorded. */
  readonly isSampled: boolean;
}

export const NO_SPAN = "0".repeat(16);
const NO_TRACE = "0".repeat(32);

/** Versions after 00 may have more parts behind these four. */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED_FLAG = 1;

/** @returns null when it is none: a trace that cannot be read is none (W3C Trace Context, 4.3) */
export function parseTraceparent(text: string | null): TraceContext | null {
  const match = text === null ? null : FORM.exec(text);
  if (match === null) return null;
  const [, version, traceId, spanId, flags, more] = match as unknown as string[];
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  return {
    traceId: traceId as string,
    spanId: spanId as string,
    isSampled: (Number.parseInt(flags as string, 16) & SAMPLED_FLAG) !== 0,
  };
}

/** What an invocation keeps of its caller's trace. Without a traceparent a tracestate means nothing (W3C Trace Context, 4.3). */
export function traceHeaders(
  traceparent: string | null,
  tracestate: string | null,
): { readonly traceparent: string | null; readonly tracestate: string | null } {
  const isTraced = parseTraceparent(traceparent) !== null;
  return { traceparent, tracestate: isTraced ? parseTracestate(tracestate) : null };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
