/** Real clients of every protocol, all with one interface. */
import {
  create,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { type CallOptions, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  createConnectTransport as createFetchConnectTransport,
  createGrpcWebTransport as createFetchGrpcWebTransport,
} from "@connectrpc/connect-web";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";

export type Fields = Record<string, unknown>;

export interface CallResult {
  readonly answer: Fields;
  /** Headers and trailers. */
  readonly metadata: Headers;
}

export interface TestClient {
  readonly name: string;
  call(service: DescService, method: string, request: Fields, options?: CallOptions): Promise<CallResult>;
  close(): void;
}

function overConnect(name: string, transport: Transport): TestClient {
  return {
    name,
    async call(service, method, request, options = {}) {
      const metadata = new Headers();
      const collect = (headers: Headers) => {
        for (const [key, value] of headers) metadata.set(key, value);
      };
      const client = createClient(service, transport) as unknown as Record<
        string,
        (request: Fields, options: CallOptions) => Promise<Fields>
      >;
      const local = (service.methods.find((one) => one.name === method) as { localName: string }).localName;
      const run = client[local] as (request: Fields, options: CallOptions) => Promise<Fields>;
      const answer = await run(request, { ...options, onHeader: collect, onTrailer: collect });
      return { answer, metadata };
    },
    close() {},
  };
}

/** @grpc/grpc-js, which knows nothing of Connect's libraries. */
function overGrpcJs(url: string): TestClient {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  return {
    name: "@grpc/grpc-js",
    call(service, name, request, { timeoutMs, headers, signal } = {}) {
      const method = service.methods.find((one) => one.name === name) as DescMethodUnary;
      const sent = new Metadata();
      for (const [key, value] of new Headers(headers)) sent.set(key, value);
      const seen = new Headers();
      const collect = (metadata: Metadata) => {
        for (const [key, value] of Object.entries(metadata.getMap())) seen.set(key, String(value));
      };
      return new Promise((resolve, reject) => {
        const call = client.makeUnaryRequest<Message, Message>(
          `/${service.typeName}/${name}`,
          (message) => Buffer.from(toBinary(method.input, message)),
          (bytes) => fromBinary(method.output, bytes),
          create(method.input, request),
          sent,
          timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
          (error: ServiceError | null, answer?: Message) => {
            if (error !== null)
              reject(new ConnectError(error.details, error.code as number, metadataOf(error)));
            else resolve({ answer: answer as unknown as Fields, metadata: seen });
          },
        );
        call.on("metadata", collect);
        call.on("status", ({ metadata }) => collect(metadata));
        signal?.addEventListener("abort", () => call.cancel());
      });
    },
    close: () => client.close(),
  };
}

function metadataOf({ metadata }: ServiceError): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, String(value)]));
}

/** Whether HTTP/1.1 or cleartext HTTP/2 carries it is part of the name. */
export function openClients(url: string): TestClient[] {
  const of = (httpVersion: "1.1" | "2", useBinaryFormat: boolean) =>
    ({ baseUrl: url, httpVersion, useBinaryFormat }) as const;
  return [
    overConnect("Connect, JSON, HTTP/1.1", createConnectTransport(of("1.1", false))),
    overConnect("Connect, protobuf, HTTP/1.1", createConnectTransport(of("1.1", true))),
    overConnect("Connect, JSON, HTTP/2", createConnectTransport(of("2", false))),
    overConnect("Connect, protobuf, HTTP/2", createConnectTransport(of("2", true))),
    overConnect("gRPC, protobuf, HTTP/2", createGrpcTransport({ baseUrl: url })),
    overConnect("gRPC, JSON, HTTP/2", createGrpcTransport({ baseUrl: url, useBinaryFormat: false })),
    overConnect("gRPC-web, protobuf, HTTP/1.1", createGrpcWebTransport(of("1.1", true))),
    overConnect("gRPC-web, JSON, HTTP/1.1", createGrpcWebTransport(of("1.1", false))),
    overConnect("gRPC-web, protobuf, HTTP/2", createGrpcWebTransport(of("2", true))),
    // What browsers use, over Node's fetch.
    overConnect("connect-web, Connect", createFetchConnectTransport({ baseUrl: url })),
    overConnect("connect-web, gRPC-web", createFetchGrpcWebTransport({ baseUrl: url })),
    overGrpcJs(url),
  ];
}
