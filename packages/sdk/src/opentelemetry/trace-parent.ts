import { createTraceState, isSpanContextValid, type SpanContext } from "@opentelemetry/api";

// W3C Trace Context, 3.2: version, trace id, id of the parent, flags. Newer versions may append fields.
const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const INVALID_VERSION = "ff";
const FIRST_VERSION = "00";
const FIRST_VERSION_LENGTH = 55;

type Header = string | string[] | undefined;

/** The span that caused a request, by its headers `traceparent` and `tracestate`; undefined if they name none. */
export function spanContextOf(headers: ReadonlyMap<string, Header>): SpanContext | undefined {
  const traceParent = first(headers.get("traceparent"));
  const match = traceParent === undefined ? null : TRACE_PARENT.exec(traceParent.trim());
  if (match === null) return undefined;
  const [text, version, traceId, spanId, flags] = match;
  if (version === INVALID_VERSION) return undefined;
  if (version === FIRST_VERSION && text.length !== FIRST_VERSION_LENGTH) return undefined;
  const traceState = headers.get("tracestate");
  const spanContext: SpanContext = {
    traceId: traceId!,
    spanId: spanId!,
    traceFlags: Number.parseInt(flags!, 16),
    isRemote: true,
    ...(traceState !== undefined && { traceState: createTraceState([traceState].flat().join(",")) }),
  };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

const first = (header: Header): string | undefined => (Array.isArray(header) ? header[0] : header);
