import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "../logger.js";
import type { TracingSettings } from "./settings.js";
import type { Attributes, Span, SpanSink } from "./span.js";
import type { TraceContext } from "./trace-context.js";

export interface SpanExport {
  readonly sink: SpanSink;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface ExportOptions extends Pick<TracingSettings, "url" | "protocol" | "serviceName"> {
  /** Of this server. */
  readonly version: string;
  readonly log: Logger;
}

/** More services than this have their spans under the server's own name: each has a resource that is kept. */
const MAX_RESOURCES = 1_000;
const SERVER_NAME = "pawl";
const SCOPE_NAME = "pawl";

/**
 * Exports spans with OpenTelemetry's own batches and exporters, which are loaded here and nowhere else: a server that does
 * not trace does not have them.
 */
export async function openOtlpExport(options: ExportOptions): Promise<SpanExport> {
  const { BatchSpanProcessor } = await import("@opentelemetry/sdk-trace-base");
  const resources = await import("@opentelemetry/resources");
  const exporter = new WatchedExporter(await createExporter(options), options.log);
  const processor = new BatchSpanProcessor(exporter);
  const base = resources.detectResources({ detectors: [resources.envDetector] }).merge(
    resources.resourceFromAttributes({
      "service.namespace": "Pawl",
      "service.instance.id": String(process.pid),
      "service.version": options.version,
    }),
  );
  const named = (name: string): Resource =>
    base.merge(resources.resourceFromAttributes({ "service.name": name }));
  const byService = new Map<string, Resource>();
  const resourceOf = (service: string): Resource => {
    const name = options.serviceName ?? (byService.size < MAX_RESOURCES ? service : SERVER_NAME);
    let resource = byService.get(name);
    if (resource === undefined) {
      resource = named(name);
      byService.set(name, resource);
    }
    return resource;
  };
  const scope = { name: SCOPE_NAME, version: options.version };
  return {
    sink: (span) => processor.onEnd(toReadable(span, resourceOf(nameOf(span)), scope)),
    close: () => within(CLOSE_TIMEOUT_MS, processor.shutdown()),
  };
}

/** A collector that is away must not hold up a server that stops. */
const CLOSE_TIMEOUT_MS = 5_000;

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timeout: NodeJS.Timeout | undefined;
  const isOver = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, ms);
  });
  await Promise.race([work, isOver]);
  clearTimeout(timeout);
}

function nameOf({ attributes }: Span): string {
  const service = attributes["rpc.service"];
  return typeof service === "string" ? service : SERVER_NAME;
}

async function createExporter({ url, protocol }: ExportOptions): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter(url === null ? {} : { url });
}

/** Says once when spans cannot be sent, and once when they can again. They are lost; nothing else is. */
class WatchedExporter implements SpanExporter {
  #isFailing = false;

  constructor(
    readonly exporter: SpanExporter,
    readonly log: Logger,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter["export"]>[1]): void {
    this.exporter.export(spans, (result) => {
      const { error } = result;
      if (error !== undefined && !this.#isFailing) {
        this.log.warn?.("spans cannot be sent: they are dropped until the collector takes them", {
          reason: error.message,
        });
      } else if (error === undefined && this.#isFailing) this.log.info?.("spans can be sent again");
      this.#isFailing = error !== undefined;
      // Said once is enough: OpenTelemetry would say it for each batch.
      done({ code: SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }
}

/** Of OpenTelemetry's ExportResultCode. */
const SUCCESS = 0;

/** OpenTelemetry's SpanKind. */
const KINDS = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;
/** OpenTelemetry's SpanStatusCode. */
const UNSET = 0;
const ERROR = 2;

type HrTime = [seconds: number, nanoseconds: number];

function toReadable(
  span: Span,
  resource: Resource,
  scope: ReadableSpan["instrumentationScope"],
): ReadableSpan {
  const { traceId, spanId, parentSpanId, startMs, endMs, error } = span;
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => toSpanContext({ traceId, spanId, isSampled: true }),
    ...(parentSpanId !== null && {
      parentSpanContext: toSpanContext({ traceId, spanId: parentSpanId, isSampled: true }),
    }),
    startTime: toHrTime(startMs),
    endTime: toHrTime(endMs),
    duration: toHrTime(endMs - startMs),
    status: error === null ? { code: UNSET } : { code: ERROR, message: error },
    attributes: span.attributes as Attributes & ReadableSpan["attributes"],
    links: span.links.map((link) => ({ context: toSpanContext(link) })),
    events: span.events.map(({ name, timeMs }) => ({ name, time: toHrTime(timeMs) })),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toSpanContext({ traceId, spanId, isSampled }: TraceContext) {
  return { traceId, spanId, traceFlags: isSampled ? 1 : 0 };
}

function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
