import type { IncomingMessage, ServerResponse } from "node:http";
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import type { Readable } from "node:stream";
import type { ProtocolMode } from "@pawl/protocol";
import type { CompleteAnswer, Endpoint, EndpointAnswer } from "./endpoint.js";
import { pump } from "./node-stream.js";

/**
 * @param bidirectional true: results are exchanged while the handler runs. false: the whole journal comes with the request,
 *   and the handler suspends where it has to wait. Undefined: true over HTTP/2, false over HTTP/1.1.
 */
export function modeOf(bidirectional: boolean | undefined, isHttp2: boolean): ProtocolMode {
  return (bidirectional ?? isHttp2) ? "BIDI_STREAM" : "REQUEST_RESPONSE";
}

/** Answers a stream of node:http2: the short way, without its request and response objects. */
export function handleHttp2Stream(
  endpoint: Endpoint,
  mode: ProtocolMode,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  const answer = answerOf(endpoint, mode, headers[":path"] ?? "/", headers);
  if (answer.kind === "complete") {
    stream.on("error", () => {});
    stream.resume();
    respondOnStream(stream, answer);
    return;
  }
  if (answer.kind === "exchange") {
    exchange(stream, answer, (response) => {
      if (!stream.destroyed) respondOnStream(stream, response);
    });
    return;
  }
  const head = { ":status": answer.status, ...answer.headers };
  const sendHead = (): void => {
    if (!stream.destroyed && !stream.headersSent) stream.respond(head);
  };
  pump({ request: stream, response: stream }, mode, sendHead, answer.start);
}

function respondOnStream(stream: ServerHttp2Stream, { status, headers, body }: CompleteAnswer): void {
  stream.respond({ ":status": status, ...headers });
  stream.end(body);
}

/** A request listener for servers of node:http and of node:http2. */
export interface NodeHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  (request: Http2ServerRequest, response: Http2ServerResponse): void;
}

/** A request listener for servers of node:http and node:http2 alike. */
export function createNodeHandler(endpoint: Endpoint, bidirectional: boolean | undefined): NodeHandler {
  return (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const mode = modeOf(bidirectional, request.httpVersionMajor >= 2);
    if ("stream" in response && response.stream !== undefined) {
      handleHttp2Stream(endpoint, mode, response.stream, (request as Http2ServerRequest).headers);
    } else {
      handleHttp1(endpoint, mode, request as IncomingMessage, response as ServerResponse);
    }
  };
}

function handleHttp1(
  endpoint: Endpoint,
  mode: ProtocolMode,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const answer = answerOf(endpoint, mode, request.url ?? "/", request.headers);
  if (answer.kind === "complete") {
    request.resume();
    respondHttp1(response, answer);
    return;
  }
  if (answer.kind === "exchange") {
    exchange(request, answer, (complete) => respondHttp1(response, complete));
    return;
  }
  const sendHead = (): void => {
    response.writeHead(answer.status, answer.headers);
    if (mode === "BIDI_STREAM") response.flushHeaders();
  };
  pump({ request, response }, mode, sendHead, answer.start);
}

function respondHttp1(response: ServerResponse, { status, headers, body }: CompleteAnswer): void {
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(body);
}

/** Nothing is answered to a request that breaks off. */
function exchange(
  request: Readable,
  { maxBodyBytes, respond }: Extract<EndpointAnswer, { kind: "exchange" }>,
  answer: (answer: CompleteAnswer) => void,
): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  request.on("error", () => {});
  request.on("data", (chunk: Uint8Array) => {
    if (size > maxBodyBytes) return;
    size += chunk.length;
    chunks.push(chunk);
  });
  request.on("end", () => void respond(Buffer.concat(chunks)).then(answer));
}

function answerOf(
  endpoint: Endpoint,
  mode: ProtocolMode,
  path: string,
  headers: IncomingHttpHeaders,
): EndpointAnswer {
  return endpoint.handle({ path, headers: headers as Record<string, string | string[] | undefined>, mode });
}
