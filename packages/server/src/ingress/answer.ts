import type { OutgoingHttpHeaders } from "node:http";
import type { Failure } from "@pawl/protocol";
import type { Exchange, HttpRequest } from "../http/exchange.js";

/** Who is to blame: the request and this server, or the handler. */
export type ErrorSource = "ingress" | "invocation";

/** A request that cannot be carried out. The message says what to do. */
export class IngressError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    message: string,
    readonly headers: OutgoingHttpHeaders = {},
  ) {
    super(message);
  }
}

/** Only statuses that HTTP knows as errors may be answered as they are; others become 500. */
function toStatus(code: number): number {
  return Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500;
}

/**
 * Headers that let a browser of any origin call. Source: Restate 1.7 as observed, docs/compatibility.md. Without an Origin nobody needs them.
 * @param exposed names of more headers that the page may read
 */
export function corsHeaders(request: HttpRequest, exposed: readonly string[] = []): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const headers: OutgoingHttpHeaders = {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": [EXPOSED_HEADERS, ...exposed].join(", "),
    vary: "origin, access-control-request-method, access-control-request-headers",
  };
  const method = request.headers["access-control-request-method"];
  if (method !== undefined) headers["access-control-allow-methods"] = method;
  const asked = request.headers["access-control-request-headers"];
  if (asked !== undefined) headers["access-control-allow-headers"] = asked;
  return headers;
}

/** Those of Connect, gRPC and gRPC-web are read by their clients in browsers. */
const EXPOSED_HEADERS =
  "x-restate-id, x-restate-error-source, idempotency-expires, grpc-status, grpc-message, grpc-status-details-bin, " +
  "grpc-encoding, content-encoding, connect-content-encoding";

export function sendBytes(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
): void {
  const { response } = exchange;
  if (response.destroyed) return;
  headers["content-length"] = body.byteLength;
  // Streams of HTTP/2 end alone.
  if (exchange.request.httpVersionMajor > 1) delete headers.connection;
  if (exchange.request.headers.origin !== undefined) Object.assign(headers, corsHeaders(exchange.request));
  response.writeHead(status, headers);
  if (body.byteLength > 0) response.end(body);
  else response.end();
}

export function sendJson(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: unknown,
): void {
  headers["content-type"] = "application/json";
  sendBytes(exchange, status, headers, Buffer.from(JSON.stringify(body)));
}

export function sendError(exchange: Exchange, error: IngressError): void {
  sendFailure(exchange, { code: error.status, message: error.message }, "ingress", { ...error.headers });
}

export function sendFailure(
  exchange: Exchange,
  failure: Failure,
  source: ErrorSource,
  headers: OutgoingHttpHeaders,
): void {
  headers["x-restate-error-source"] = source;
  const metadata =
    failure.metadata === undefined || failure.metadata.length === 0
      ? {}
      : { metadata: Object.fromEntries(failure.metadata.map(({ key, value }) => [key, value])) };
  sendJson(exchange, toStatus(failure.code), headers, {
    code: failure.code,
    message: failure.message,
    source,
    ...metadata,
  });
}
