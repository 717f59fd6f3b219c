import { Agent, type ClientRequest, type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import type { Readable } from "node:stream";
import { AwsV4Signer } from "aws4fetch";
import { AwsError } from "./errors.js";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A POST to an API of AWS. */
export interface AwsRequest {
  readonly url: URL;
  readonly service: "lambda" | "sts";
  readonly region: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** null: it is not signed. */
  readonly credentials: AwsCredentials | null;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Lambda answers at most 6 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Connections to one host; beyond them requests wait. */
const MAX_CONNECTIONS = 256;
const IDLE_CONNECTION_MS = 60_000;
/** How often a request is repeated that went out on a connection which AWS was just closing. */
const MAX_STALE_CONNECTIONS = 3;

const AGENT_OPTIONS = {
  keepAlive: true,
  maxSockets: MAX_CONNECTIONS,
  scheduling: "lifo",
  timeout: IDLE_CONNECTION_MS,
} as const;

/**
 * Sends requests with AWS's Signature Version 4. Not by `fetch`: that gives up on an answer that takes 5 minutes, and a
 * function may take 15.
 */
export class SignedRequests {
  readonly #connectTimeoutMs: number;
  readonly #agent = new Agent(AGENT_OPTIONS);
  readonly #tlsAgent = new TlsAgent(AGENT_OPTIONS);

  constructor(connectTimeoutMs: number) {
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** Resolves for every status. @throws AwsError `network`, and the signal's reason */
  async send(request: AwsRequest): Promise<AwsAnswer> {
    const headers = await signedHeaders(request);
    for (let repeated = 0; ; repeated++) {
      request.signal.throwIfAborted();
      const outgoing = this.#open(request, headers);
      try {
        return await this.#answer(outgoing, request);
      } catch (error) {
        request.signal.throwIfAborted();
        if (error instanceof AwsError) throw error;
        if (repeated < MAX_STALE_CONNECTIONS && isStale(outgoing, error)) continue;
        const { message, code = "" } = error as NodeJS.ErrnoException;
        throw new AwsError("network", `${request.url.origin}: ${message || code}`, { cause: error });
      }
    }
  }

  close(): void {
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }

  #open({ url, signal }: AwsRequest, headers: Record<string, string>): ClientRequest {
    const isTls = url.protocol === "https:";
    return isTls
      ? requestHttps(url, { method: "POST", headers, signal, agent: this.#tlsAgent })
      : requestHttp(url, { method: "POST", headers, signal, agent: this.#agent });
  }

  #answer(outgoing: ClientRequest, { url, body }: AwsRequest): Promise<AwsAnswer> {
    return new Promise((resolve, reject) => {
      outgoing.on("error", reject);
      outgoing.once("socket", (socket) => {
        if (!socket.connecting) return;
        const timeout = setTimeout(
          () => outgoing.destroy(new Error(`no connection within ${this.#connectTimeoutMs} ms`)),
          this.#connectTimeoutMs,
        );
        const stop = (): void => clearTimeout(timeout);
        socket.once(url.protocol === "https:" ? "secureConnect" : "connect", stop);
        outgoing.once("close", stop);
      });
      outgoing.once("response", (response) => {
        const { statusCode: status = 0, headers } = response;
        readAll(response).then((bytes) => resolve({ status, headers, body: bytes }), reject);
      });
      outgoing.end(body);
    });
  }
}

async function signedHeaders(request: AwsRequest): Promise<Record<string, string>> {
  const { url, service, region, body, credentials } = request;
  const headers = { ...request.headers, "content-length": String(Buffer.byteLength(body)) };
  if (credentials === null) return headers;
  const signer = new AwsV4Signer({
    method: "POST",
    url: url.href,
    headers,
    body,
    service,
    region,
    ...credentials,
  });
  return Object.fromEntries((await signer.sign()).headers);
}

/** A kept connection that the other side closed while the request was on its way: it has not been looked at. */
function isStale(outgoing: ClientRequest, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return outgoing.reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new AwsError("service", `the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
