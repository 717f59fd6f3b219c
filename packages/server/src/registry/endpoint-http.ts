import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from "node:tls";
import type { HttpEndpoint } from "../invoker/endpoint.js";

/** One request to an endpoint that is no invocation: the answer is read whole. */
export interface Fetch {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with a POST. null: it is a GET. */
  readonly body: Uint8Array | null;
  readonly maxBytes: number;
  /** Ends it with the signal's reason. */
  readonly signal: AbortSignal;
  /** Certificates, when those that Node.js trusts are not enough. */
  readonly tls: Pick<SecureContextOptions, "ca" | "cert" | "key">;
}

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly httpVersion: HttpEndpoint["httpVersion"];
}

/** The answer's body is longer than allowed. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

/** The other side took the connection, but what it said is no HTTP/2. */
export class NotHttp2Error extends Error {
  override readonly name = "NotHttp2Error";
}

/** HTTP/1.1, one connection for one request. */
export function fetchHttp1(fetch: Fetch): Promise<Fetched> {
  const { url, signal, tls } = fetch;
  const options = { ...http1Request(fetch), agent: false, signal };
  const isTls = url.protocol === "https:";
  return answerHttp1(isTls ? requestHttps(url, { ...options, ...tls }) : requestHttp(url, options), fetch);
}

function http1Request({ headers, body }: Fetch): Pick<RequestOptions, "method" | "headers"> {
  return body === null
    ? { method: "GET", headers }
    : { method: "POST", headers: { ...headers, "content-length": body.byteLength } };
}

function answerHttp1(request: ClientRequest, { body, maxBytes, signal }: Fetch): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    request.once("response", (response: IncomingMessage) => {
      const { statusCode: status = 0, headers } = response;
      readAll(response, maxBytes).then(
        (body) => resolve({ status, headers, body, httpVersion: "HTTP/1.1" }),
        (error) => {
          request.destroy();
          reject(signal.aborted ? signal.reason : error);
        },
      );
    });
    request.end(body ?? undefined);
  });
}

/**
 * HTTP/2 with prior knowledge over cleartext. Over TLS the endpoint chooses: it may answer with HTTP/1.1.
 * @throws NotHttp2Error
 */
export async function fetchHttp2(fetch: Fetch): Promise<Fetched> {
  const { url, signal } = fetch;
  if (url.protocol === "http:") return answerHttp2(connectHttp2(url.origin), fetch);
  const socket = await openTls(fetch);
  if (socket.alpnProtocol === "h2") {
    return answerHttp2(connectHttp2(url.origin, { createConnection: () => socket }), fetch);
  }
  const { method, headers } = http1Request(fetch);
  const request = requestHttp(url, {
    protocol: "http:",
    method,
    headers: { host: url.host, ...headers },
    createConnection: () => socket,
    signal,
  });
  return answerHttp1(request, fetch);
}

function openTls({ url, signal, tls }: Fetch): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      ...tls,
      host,
      port: Number(url.port || 443),
      ALPNProtocols: ["h2", "http/1.1"],
      // An address is no name: there is nothing to indicate.
      ...(isIP(host) === 0 && { servername: host }),
    });
    const abort = (): void => {
      socket.destroy(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

async function answerHttp2(session: ClientHttp2Session, fetch: Fetch): Promise<Fetched> {
  const { url, headers, body, maxBytes, signal } = fetch;
  const abort = (): void => session.destroy(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await new Promise<Fetched>((resolve, reject) => {
      let isConnected = false;
      const fail = (failure: Error): void => {
        // A stream that never began only tells that its connection did not: the cause says why.
        const error = failure.cause instanceof Error ? failure.cause : failure;
        if (signal.aborted) reject(signal.reason);
        else reject(isConnected && !(error instanceof TooLargeError) ? notHttp2(error) : error);
      };
      session.once("connect", () => {
        isConnected = true;
      });
      session.on("error", fail);
      session.once("close", () => fail(new Error("the connection was closed")));
      const { host = url.host, ...others } = headers;
      const method = body === null ? "GET" : "POST";
      const stream = session.request({
        ...others,
        ":method": method,
        ":path": url.pathname,
        ":authority": host,
      });
      stream.on("error", fail);
      stream.once("response", (answer) => {
        const status = Number(answer[":status"]);
        readAll(stream, maxBytes).then(
          (body) => resolve({ status, headers: answer, body, httpVersion: "HTTP/2.0" }),
          fail,
        );
      });
      stream.end(body ?? undefined);
    });
  } finally {
    signal.removeEventListener("abort", abort);
    session.destroy();
  }
}

function notHttp2(cause: Error): NotHttp2Error {
  return new NotHttp2Error(cause.message, { cause });
}

function readAll(stream: Readable, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(new TooLargeError(`it is longer than ${maxBytes} bytes`));
    });
    stream.once("end", () => resolve(Buffer.concat(chunks)));
    stream.on("error", reject);
    stream.once("close", () => reject(new Error("the answer was cut off")));
  });
}
