import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Failure } from "@pawl/protocol";

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

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Headers that let a browser of any origin call. Source: spec/modern.md 2.3. Without an Origin nobody needs them.
 */
export function corsHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  const headers: OutgoingHttpHeaders = {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": EXPOSED_HEADERS,
    vary: "origin, access-control-request-method, access-control-request-headers",
  };
  const method = request.headers["access-control-request-method"];
  if (method !== undefined) headers["access-control-allow-methods"] = method;
  const asked = request.headers["access-control-request-headers"];
  if (asked !== undefined) headers["access-control-allow-headers"] = asked;
  return headers;
}

const EXPOSED_HEADERS = "x-restate-id, x-restate-error-source, idempotency-expires";

export function sendBytes(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
): void {
  const { response } = exchange;
  if (response.destroyed) return;
  headers["content-length"] = body.byteLength;
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
