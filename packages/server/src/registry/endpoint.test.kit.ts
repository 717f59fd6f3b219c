import { createServer as createHttp1, type RequestListener, type Server } from "node:http";
import {
  createServer as createHttp2,
  createSecureServer,
  type Http2SecureServer,
  type Http2Server,
} from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { EndpointManifest, HandlerManifest, ServiceManifest } from "@pawl/protocol";
import { TEST_CERTIFICATE, TEST_KEY } from "./certificate.test.kit.js";

export interface EndpointAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body: unknown;
}

export interface EndpointRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type Transport = "h2c" | "http1" | "h2-tls" | "http1-tls" | "both-tls";

/** An endpoint that answers requests whole, not those of invocations. Each request gets the next answer, the last one again and again. */
export class FakeEndpoint {
  readonly requests: EndpointRequest[] = [];
  answers: EndpointAnswer[];
  readonly #server: Server | Http2Server | Http2SecureServer;
  readonly #scheme: string;
  readonly #sessions = new Set<{ destroy(): void }>();

  private constructor(transport: Transport, answers: EndpointAnswer[]) {
    this.answers = answers;
    this.#scheme = transport.endsWith("tls") ? "https" : "http";
    const handle = (async (request, response) => {
      const { method = "", url = "", httpVersion, headers } = request;
      const body = Buffer.concat(await request.toArray());
      this.requests.push({ method, url, httpVersion, headers, body });
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      const contentType = answer?.contentType ?? "application/vnd.restate.endpointmanifest.v4+json";
      response.writeHead(answer?.status ?? 200, {
        "content-type": contentType,
        "x-restate-server": "test-sdk/1.2.3",
        ...answer?.headers,
      });
      const said = answer?.body;
      response.end(typeof said === "string" || Buffer.isBuffer(said) ? said : JSON.stringify(said));
    }) as RequestListener;
    this.#server = createEndpointServer(transport, handle as never);
    const track = (session: { destroy(): void }): void => {
      this.#sessions.add(session);
    };
    this.#server.on("session", track);
    this.#server.on("connection", track);
  }

  static async start(transport: Transport, ...answers: EndpointAnswer[]): Promise<FakeEndpoint> {
    const endpoint = new FakeEndpoint(transport, answers);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  get uri(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function createEndpointServer(transport: Transport, handle: never): Server | Http2Server | Http2SecureServer {
  const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE };
  switch (transport) {
    case "h2c":
      return createHttp2(handle);
    case "http1":
      return createHttp1(handle);
    case "http1-tls":
      return createHttps(tls, handle);
    case "h2-tls":
      return createSecureServer(tls, handle);
    case "both-tls":
      return createSecureServer({ ...tls, allowHTTP1: true }, handle);
  }
}

export function manifest(
  services: readonly ServiceManifest[],
  rest: Partial<EndpointManifest> = {},
): EndpointManifest {
  return { protocolMode: "BIDI_STREAM", minProtocolVersion: 5, maxProtocolVersion: 7, services, ...rest };
}

export function service(
  name: string,
  handlers: readonly HandlerManifest[] = [{ name: "greet" }],
  rest: Partial<ServiceManifest> = {},
): ServiceManifest {
  return { name, ty: "SERVICE", handlers, ...rest };
}
