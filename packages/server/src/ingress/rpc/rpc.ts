import type { Exchange } from "../../http/exchange.js";
import type { SchemaRegistry } from "../../registry/registry.js";
import { corsHeaders } from "../answer.js";
import { connectGetMessage, isConnectGet } from "./connect-get.js";
import type { RpcHost } from "./host.js";
import type { RpcMethod, StreamMethod, UnaryMethod } from "./method.js";
import { findMethod } from "./methods.js";
import { CONNECT_JSON, CONTENT_TYPES, type Protocol, protocolOf } from "./protocol.js";
import { Code, RpcError, toRpcError } from "./rpc-error.js";
import { sendReply } from "./send.js";
import { StreamCall } from "./stream-call.js";
import { UnaryCall } from "./unary-call.js";
import { wireOf } from "./wire.js";

/**
 * Answers a remote procedure call: Connect, gRPC or gRPC-web, by method and content type. Source of the order:
 * the documents of 2023, docs/compatibility.md.
 * @param path percent-encoded, without the query
 */
export function handleRpc(host: RpcHost, exchange: Exchange, path: string, query: string): void {
  const { request } = exchange;
  const contentType = request.headers["content-type"];
  if (request.method === "GET" && contentType === undefined) {
    handleGet(host, exchange, path, query);
    return;
  }
  const protocol = request.method === "POST" ? protocolOf(contentType) : undefined;
  if (protocol === undefined) {
    refuse(exchange, 415);
    return;
  }
  const method = lookUp(host, exchange, path, protocol);
  if (method === undefined) return;
  if (method.kind === "unary") callUnary(host, exchange, protocol, method);
  else callStream(host, exchange, protocol, method);
}

/** The same for a request whose body was read, and is JSON. */
export function handleJsonCall(host: RpcHost, exchange: Exchange, path: string, body: Uint8Array): void {
  const method = lookUp(host, exchange, path, CONNECT_JSON);
  if (method?.kind === "unary") {
    new UnaryCall(host, exchange, CONNECT_JSON, method).withMessage({ data: body, isCompressed: false });
  }
}

function callUnary(host: RpcHost, exchange: Exchange, protocol: Protocol, method: UnaryMethod): void {
  // One answer is no stream.
  if (protocol.kind === "connectStream") refuse(exchange, 415);
  else new UnaryCall(host, exchange, protocol, method).post();
}

function callStream(host: RpcHost, exchange: Exchange, protocol: Protocol, method: StreamMethod): void {
  if (protocol.kind === "connect") refuse(exchange, 415);
  else new StreamCall(host, exchange, protocol, method).start();
}

/**
 * Connect's GET for methods without side effects, and (of the first server) a GET without anything, which calls any method
 * with the default message.
 */
function handleGet(host: RpcHost, exchange: Exchange, path: string, query: string): void {
  const parameters = new URLSearchParams(query);
  const isConnect = isConnectGet(parameters);
  let protocol = CONNECT_JSON;
  try {
    const get = connectGetMessage(parameters);
    protocol = get.protocol;
    const method = findByPath(host.runtime.registry, path);
    if (method.kind === "stream" || (isConnect && !method.isIdempotent)) {
      refuse(exchange, 405);
      return;
    }
    new UnaryCall(host, exchange, protocol, method).withMessage(get.message);
  } catch (error) {
    fail(exchange, protocol, error);
  }
}

function lookUp(host: RpcHost, exchange: Exchange, path: string, protocol: Protocol): RpcMethod | undefined {
  try {
    return findByPath(host.runtime.registry, path);
  } catch (error) {
    fail(exchange, protocol, error);
    return undefined;
  }
}

/** @throws RpcError */
function findByPath(registry: SchemaRegistry, path: string): RpcMethod {
  const slash = path.indexOf("/", 1);
  const service = slash < 0 ? "" : path.slice(1, slash);
  const method = path.slice(slash + 1);
  if (service === "" || method === "" || method.includes("/")) {
    throw badPath(path);
  }
  try {
    return findMethod(registry, decodeURIComponent(service), decodeURIComponent(method));
  } catch (error) {
    throw error instanceof URIError ? badPath(path) : error;
  }
}

function badPath(path: string): Error {
  return new RpcError(Code.InvalidArgument, `Request path ${path} invalid`);
}

function fail(exchange: Exchange, protocol: Protocol, error: unknown): void {
  exchange.request.resume();
  sendReply(exchange, wireOf(protocol).error(protocol, toRpcError(error), {}));
}

/** Nothing to say in any protocol's words. */
function refuse({ request, response }: Exchange, status: 405 | 415): void {
  request.resume();
  response.writeHead(status, {
    ...(status === 415 ? { "accept-post": CONTENT_TYPES } : { allow: "POST" }),
    ...corsHeaders(request),
    "content-length": 0,
  });
  response.end();
}
