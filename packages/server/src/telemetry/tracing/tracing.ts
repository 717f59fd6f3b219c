import { addressOf, type Endpoint } from "../../invoker/endpoint.js";
import type { AttemptSpan } from "../../node/observer.js";
import type { Runtime } from "../../node/runtime.js";
import type { AttemptStart, LifecycleEvent } from "../../partition/commands.js";
import type { Invocation } from "../../partition/model.js";
import type { Logger } from "../logger.js";
import { TracedAttempt } from "./attempt-span.js";
import { traceLifecycle } from "./invocation-spans.js";
import { traceOf, traceparentOf } from "./invocation-trace.js";
import { openOtlpExport } from "./otlp-exporter.js";
import { createSampler, type Sampler } from "./sampler.js";
import type { TracingSettings } from "./settings.js";
import type { SpanSink } from "./span.js";
import { tracedRuntime } from "./traced-runtime.js";

/** Makes spans of what a server does. A server that does not trace has none of this. */
export class Tracing {
  readonly traceparentOf = traceparentOf;

  constructor(
    readonly sampler: Sampler,
    readonly sink: SpanSink,
    readonly close: () => Promise<void>,
  ) {}

  static async open(settings: TracingSettings, version: string, log: Logger): Promise<Tracing> {
    const { sink, close } = await openOtlpExport({ ...settings, version, log });
    return new Tracing(createSampler(settings.sampler, settings.ratio), sink, close);
  }

  /** For the ingress. */
  runtime(runtime: Runtime): Runtime {
    return tracedRuntime(runtime, this.sampler, this.sink);
  }

  became(event: LifecycleEvent, invocation: Invocation): void {
    traceLifecycle(this.sink, event, invocation);
  }

  attempt(start: AttemptStart, endpoint: Endpoint): AttemptSpan | null {
    const trace = traceOf(start.invocation);
    return trace === null ? null : new TracedAttempt(this.sink, trace, start, addressOf(endpoint));
  }
}
