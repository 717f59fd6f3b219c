import type { ObjectContext } from "../../context/context.js";
import type { InvocationPromise, RestatePromise } from "../../context/promise.js";
import type { Request } from "../../context/request.js";
import type { RpcGateway } from "../routers/rpc-gateway.js";
import type { RetrySettings } from "./side-effect.js";

/** What generated clients need: pass the context to their constructor, `new GreeterClientImpl(restateContext)`. */
export interface RestateGrpcChannel {
  /**
   * Sends what the client wants to call, without waiting for a response.
   *
   * Await the promise: it tells of failures to send. It resolves as soon as the message is on its way.
   *
   * @param call exactly one call of a generated client, and nothing else: `() => client.greet(request)`
   */
  oneWayCall(call: () => Promise<unknown>): Promise<void>;
  /**
   * The same, executed after a delay. The server keeps the call until then.
   * @param delayMillis default 0
   */
  delayedCall(call: () => Promise<unknown>, delayMillis?: number): Promise<void>;
  /** Used by generated clients: calls a method with an encoded message, and returns the encoded response. */
  request(service: string, method: string, data: Uint8Array): InvocationPromise<Uint8Array>;
}

/** What all handlers of the proto-first API have. State is per key, and not there in unkeyed services. */
export interface BaseContext extends ObjectContext {
  /** The id of the invocation as bytes. `request().id` is its text. */
  readonly id: Buffer;
  readonly serviceName: string;
  /**
   * Does something once and records its result.
   * @param retrySettings default: retried forever, with growing delays
   */
  sideEffect<T>(fn: () => Promise<T> | T, retrySettings?: RetrySettings): RestatePromise<T>;
  /** @deprecated the name of resolveAwakeable in earlier versions */
  completeAwakeable<T>(id: string, payload: T): void;
}

/**
 * The context of a protobuf service: `useContext(this)`. All that other handlers can do, and the calls of generated
 * clients.
 */
export interface RestateContext extends BaseContext, RestateGrpcChannel {
  /** The request behind this invocation. */
  request(): Request;
  request(service: string, method: string, data: Uint8Array): InvocationPromise<Uint8Array>;
  /** @deprecated the name of oneWayCall, and with a delay of delayedCall, in earlier versions */
  inBackground(call: () => Promise<unknown>, delayMillis?: number): Promise<void>;
  /** @deprecated the name of `key` in earlier versions, as bytes */
  readonly instanceKey: Buffer;
  /** @deprecated the name of `id` in earlier versions */
  readonly invocationId: Buffer;
  /** Clients for the routes of routers. */
  rpcGateway(): RpcGateway;
}

/** The name of {@link RestateContext} in some versions. */
export type RestateGrpcContext = RestateContext;

/** The context of the routes of a router. */
export interface RpcContext extends BaseContext, RpcGateway {
  /** For generated clients of protobuf services: `new GreeterClientImpl(ctx.grpcChannel())`. */
  grpcChannel(): RestateGrpcChannel;
}
