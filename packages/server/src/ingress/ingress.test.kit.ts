/** An ingress on a free port over a node with a store in memory and handlers that answer at once. */
import { codec, MessageType, type Outcome } from "@pawl/protocol";
import type { AttemptEvents, AttemptRequest, Invoker } from "../invoker/invoker.js";
import { DEFAULT_LIMITS } from "../node/limits.js";
import { Node } from "../node/node.js";
import type { Limits } from "../partition/limits.js";
import { deploymentDocument } from "../registry/documents.js";
import { SchemaRegistry } from "../registry/registry.js";
import type { Deployment, HandlerSchema, ServiceSchema } from "../registry/schema.js";
import { MemoryStore } from "../store/memory/memory-store.js";
import type { HandlerKind } from "../store/store.js";
import { type IngressOptions, openIngress } from "./server.js";

/** What a handler of the test does with its input; null: it suspends until signal 17. */
export type TestHandler = (
  input: string,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
) => Outcome | null;

export interface TestIngress {
  readonly url: string;
  readonly registry: SchemaRegistry;
  /** How often each handler was called. */
  readonly calls: Map<string, number>;
  close(): Promise<void>;
}

export interface TestService {
  readonly schema: ServiceSchema;
  readonly handlers: Readonly<Record<string, TestHandler>>;
}

export function value(text: string): Outcome {
  return { kind: "value", value: Buffer.from(text) };
}

export function failure(code: number, message: string): Outcome {
  return { kind: "failure", failure: { code, message, metadata: [{ key: "why", value: "test" }] } };
}

export function handler(name: string, kind: HandlerKind, more: Partial<HandlerSchema> = {}): HandlerSchema {
  const json = { contentType: "application/json", jsonSchema: null };
  return {
    name,
    kind,
    input: { ...json, isRequired: false },
    output: { ...json, setContentTypeIfEmpty: false },
    metadata: {},
    ...more,
  };
}

export async function openTestIngress(
  services: readonly TestService[],
  options: Partial<IngressOptions> = {},
  limits: Partial<Limits> = {},
): Promise<TestIngress> {
  const calls = new Map<string, number>();
  const store = new MemoryStore();
  const registry = new SchemaRegistry();
  const deployment: Deployment = {
    deploymentId: "dp_10000000000000000000001",
    uri: "http://test/",
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
    createdAt: 0,
    minProtocolVersion: 5,
    maxProtocolVersion: 6,
    sdkVersion: null,
    metadata: {},
    services: services.map((service) => service.schema),
  };
  const node = await Node.open({
    store,
    registry,
    invoker: new TestInvoker(services, calls),
    partitions: 2,
    concurrentInvocationsLimit: 100,
    cleanupIntervalMs: 3_600_000,
    limits: { ...DEFAULT_LIMITS, ...limits },
    onFatal: (error) => {
      throw error;
    },
  });
  registry.apply({ puts: [deploymentDocument(deployment)], deletes: [] });
  const ingress = await openIngress(
    {
      registry,
      submit: (command) => node.submit(command),
      newInvocationId: (key) => node.newInvocationId(key),
      saveDocuments: (puts, deletes) => node.saveDocuments(puts, deletes),
    },
    { host: "127.0.0.1", port: 0, requestSizeLimitBytes: 1_000, concurrentRequestsLimit: 100, ...options },
  );
  return {
    url: `http://127.0.0.1:${ingress.port}`,
    registry,
    calls,
    close: async () => {
      await ingress.close(0);
      await node.close();
      await store.close();
    },
  };
}

class TestInvoker implements Invoker {
  constructor(
    readonly services: readonly TestService[],
    readonly calls: Map<string, number>,
  ) {}

  start(request: AttemptRequest, events: AttemptEvents) {
    setImmediate(() => this.#run(request, events));
    return { send: () => {}, askToSuspend: () => {}, close: () => {} };
  }

  async close(): Promise<void> {}

  #run(request: AttemptRequest, events: AttemptEvents): void {
    const name = `${request.service}/${request.handler}`;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const service = this.services.find(({ schema }) => schema.name === request.service);
    const run = service?.handlers[request.handler] as TestHandler;
    const { value: input, headers } = codec.Input.decode(request.journal[0]?.payload as Uint8Array);
    const signal = request.journal.find((entry) => entry.type === MessageType.Signal);
    const fields = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    const outcome =
      signal === undefined ? run(Buffer.from(input).toString(), fields, input) : fromSignal(signal.payload);
    const frame = (type: number, payload: Uint8Array) => ({ type, flags: 0, payload });
    if (outcome === null) {
      const payload = codec.Suspension.encode({ completions: [], signals: [17, 1], namedSignals: [] });
      events.frames([frame(MessageType.Suspension, payload)]);
      return;
    }
    events.frames([
      frame(MessageType.Output, codec.Output.encode({ result: outcome })),
      frame(MessageType.End, codec.End.encode({})),
    ]);
  }
}

function fromSignal(payload: Uint8Array): Outcome {
  const { result } = codec.Notification.decode(payload);
  if (result.kind === "value" || result.kind === "failure") return result;
  return failure(409, "Cancelled");
}
