/** A collector of OTLP over HTTP for tests: takes protobuf and JSON, keeps all spans. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

export interface CollectedSpan {
  readonly name: string;
  /** Of the resource. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it is a root. */
  readonly parentSpanId: string;
  readonly kind: number;
  /** Unix milliseconds; a float is too short for the last 256 nanoseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events: readonly string[];
  readonly error: string | null;
}

const FOUND_WITHIN_MS = 20_000;

export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** Content types and headers of all requests. */
  readonly requests: { readonly contentType: string; readonly headers: IncomingMessage["headers"] }[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor() {
    this.#server = createServer((request, response) => this.#take(request, response));
  }

  static async open(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans that fit, once there are at least so many of them. */
  async find(count: number, fits: (span: CollectedSpan) => boolean, what: string): Promise<CollectedSpan[]> {
    const deadline = Date.now() + FOUND_WITHIN_MS;
    for (;;) {
      const found = this.spans.filter(fits);
      if (found.length >= count) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${found.length} of ${count} ${what} among\n${this.#shown()}`);
      await this.#more(left);
    }
  }

  async one(name: string, fits: (span: CollectedSpan) => boolean = () => true): Promise<CollectedSpan> {
    const [span] = await this.find(1, (s) => s.name === name && fits(s), `spans ${name}`);
    return span as CollectedSpan;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #more(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(done, withinMs);
      const waiting = this.#waiting;
      function done(): void {
        clearTimeout(timeout);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      const contentType = request.headers["content-type"] ?? "";
      if (request.url !== "/v1/traces") {
        response.writeHead(404).end();
        return;
      }
      this.requests.push({ contentType, headers: request.headers });
      const isJson = contentType === "application/json";
      this.spans.push(...(isJson ? fromJson(JSON.parse(body.toString())) : fromProtobuf(body)));
      response.writeHead(200, { "content-type": contentType }).end(isJson ? "{}" : "");
      for (const wake of [...this.#waiting]) wake();
    });
  }

  #shown(): string {
    return this.spans.map((s) => `${s.traceId} ${s.parentSpanId} > ${s.spanId} ${s.name}`).join("\n");
  }
}

type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint | number)[]>;

/** Field numbers: opentelemetry/proto/{collector/trace,trace,resource,common}/v1. */
function fromProtobuf(bytes: Uint8Array): CollectedSpan[] {
  return messages(read(bytes), 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1).map((fields) => attributes(messages(fields, 1)))[0] ?? {};
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => {
        const status = messages(span, 15)[0];
        return {
          service: String(resource["service.name"]),
          traceId: hex(span, 1),
          spanId: hex(span, 2),
          parentSpanId: hex(span, 4),
          name: text(span, 5),
          kind: Number(span.get(6)?.[0] ?? 0),
          startMs: Number(span.get(7)?.[0]) / 1e6,
          endMs: Number(span.get(8)?.[0]) / 1e6,
          attributes: attributes(messages(span, 9)),
          events: messages(span, 11).map((event) => text(event, 2)),
          links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
          error: status !== undefined && status.get(3)?.[0] === 2n ? text(status, 2) : null,
        };
      });
  });
}

function read(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint | number)[]>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Varint) values.push(BigInt(reader.uint64()));
    else if (type === WireType.Bit64) values.push(BigInt(reader.fixed64()));
    else values.push(reader.fixed32());
  }
  return fields;
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((value) => read(value as Uint8Array));
}

function text(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array | undefined) ?? []).toString();
}

function hex(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array | undefined) ?? []).toString("hex");
}

function attributes(pairs: readonly Fields[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const value = messages(pair, 2)[0] as Fields;
      const known = value.has(1)
        ? text(value, 1)
        : value.has(2)
          ? value.get(2)?.[0] === 1n
          : Number(value.get(3)?.[0]);
      return [text(pair, 1), known];
    }),
  );
}

interface JsonAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface JsonSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly JsonAttribute[];
  readonly events: readonly { readonly name: string }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface JsonRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly JsonAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[];
  }[];
}

function fromJson(request: JsonRequest): CollectedSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        service: String(jsonAttributes(resource.attributes)["service.name"]),
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        kind: span.kind,
        startMs: Number(span.startTimeUnixNano) / 1e6,
        endMs: Number(span.endTimeUnixNano) / 1e6,
        attributes: jsonAttributes(span.attributes),
        links: span.links,
        events: span.events.map(({ name }) => name),
        error: span.status.code === 2 ? (span.status.message ?? "") : null,
      })),
  );
}

function jsonAttributes(attributes: readonly JsonAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
