import { type Attributes, context, type Span, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { Request } from "../context/request.js";
import { isSuspendedError } from "../errors.js";
import { type HooksProvider, IS_PROCESSING } from "../hooks/hooks.js";
import { withoutReplayedEvents } from "./replay-filter.js";
import { spanContextOf } from "./trace-parent.js";

export interface OpenTelemetryHookContext {
  request: Request;
}

export interface OpenTelemetryHookOptions {
  /** Makes the spans; a function chooses one for each request. */
  tracer: Tracer | ((ctx: OpenTelemetryHookContext) => Tracer);
  /** A span for each `ctx.run` whose closure is executed. Default true. */
  runSpans?: boolean;
  /** Leave out events that the handler adds to the span of the attempt while it replays: it added them before. Default true. */
  suppressSpanEventsDuringReplay?: boolean;
  /** More attributes for spans of attempts. */
  additionalAttemptAttributes?: Attributes | ((ctx: OpenTelemetryHookContext) => Attributes | undefined);
  /** More attributes for spans of runs. */
  additionalRunAttributes?:
    | Attributes
    | ((ctx: OpenTelemetryHookContext, name: string) => Attributes | undefined);
}

/**
 * Traces invocations: a span `attempt <target>` for each attempt, below the span that the server names in the header
 * `traceparent`, and below it a span `run (<name>)` for each run that is executed. In the handler the span of the attempt is
 * the active one, in the closure of a run that of the run. Names and attributes are those of the official SDK's hook.
 */
export function openTelemetryHook(options: OpenTelemetryHookOptions): HooksProvider {
  const { runSpans = true, suppressSpanEventsDuringReplay = true } = options;
  return (ctx) => {
    const { request } = ctx;
    const tracer = typeof options.tracer === "function" ? options.tracer(ctx) : options.tracer;
    const parent = spanContextOf(request.attemptHeaders);
    const active = context.active();
    const parentContext = parent === undefined ? active : trace.setSpanContext(active, parent);
    const target = String(request.target);
    const span = tracer.startSpan(
      `attempt ${target}`,
      {
        attributes: {
          ...resolve(options.additionalAttemptAttributes, ctx),
          "restate.invocation.id": request.id,
          "restate.invocation.target": target,
        },
      },
      parentContext,
    );
    const seen = suppressSpanEventsDuringReplay ? withoutReplayedEvents(span, isProcessingOf(ctx)) : span;
    const attemptContext = trace.setSpan(parentContext, seen);
    const run = (name: string, next: () => Promise<void>): Promise<void> => {
      const attributes = {
        ...resolve(options.additionalRunAttributes, ctx, name),
        "restate.run.name": name,
      };
      const runSpan = tracer.startSpan(`run (${name})`, { attributes }, attemptContext);
      return context.with(trace.setSpan(attemptContext, runSpan), () => recorded(runSpan, next));
    };
    return {
      interceptor: {
        handler: (next) => recorded(span, () => context.with(attemptContext, next)),
        ...(runSpans && { run }),
      },
    };
  };
}

/** Ends the span with the code, and says how the code ended. A suspension is neither good nor bad. */
async function recorded(span: Span, code: () => Promise<void>): Promise<void> {
  try {
    await code();
    span.setStatus({ code: SpanStatusCode.OK });
  } catch (error) {
    if (!isSuspendedError(error)) {
      const exception = error instanceof Error ? error : String(error);
      const message = error instanceof Error ? error.message : String(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      span.recordException(exception);
    }
    throw error;
  } finally {
    span.end();
  }
}

function resolve<A extends unknown[]>(
  attributes: Attributes | ((...args: A) => Attributes | undefined) | undefined,
  ...args: A
): Attributes | undefined {
  return typeof attributes === "function" ? attributes(...args) : attributes;
}

function isProcessingOf(ctx: object): () => boolean {
  return (ctx as { [IS_PROCESSING]?: () => boolean })[IS_PROCESSING] ?? (() => true);
}
