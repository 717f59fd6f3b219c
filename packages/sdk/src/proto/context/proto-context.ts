import { recognizeAcrossCopies } from "../../across-copies.js";
import type { Rand, RunAction, RunOptions } from "../../context/context.js";
import type { InvocationPromise, RestatePromise } from "../../context/promise.js";
import type { Request } from "../../context/request.js";
import { TerminalError } from "../../errors.js";
import { ErrorCodes, grpcCodeOf } from "../../grpc-status.js";
import type { Attempt } from "../../runtime/attempt.js";
import { Constant } from "../../runtime/combinators.js";
import { ContextImpl, type ContextParts } from "../../runtime/context-impl.js";
import { type Serde, serde } from "../../serde.js";
import { keyOfCall } from "../keying/known-services.js";
import {
  type ClientOptions,
  createRpcClient,
  type RpcGateway,
  type ServiceApi,
} from "../routers/rpc-gateway.js";
import { type ProtoCall, refuseInScope, runInScope, scopeOf } from "./call-scope.js";
import { checkDelay, sendInstead } from "./one-way.js";
import type { RestateContext, RestateGrpcChannel, RpcContext } from "./restate-context.js";
import {
  DEFAULT_SIDE_EFFECT_NAME,
  type RetrySettings,
  toRunOptions,
  withExhaustedError,
} from "./side-effect.js";

const EMPTY = new Uint8Array(0);

/** The context behind the proto-first API. */
export class ProtoContext extends ContextImpl implements RestateContext, RpcContext {
  static {
    recognizeAcrossCopies(ProtoContext, "ProtoContext");
  }

  readonly #attempt: Attempt;
  readonly #rawId: Uint8Array;

  constructor(parts: ContextParts) {
    super(parts);
    this.#attempt = parts.operations.attempt;
    this.#rawId = parts.rawId;
    this.#attempt.guard = () => refuseInScope(this.#attempt);
  }

  get id(): Buffer {
    return Buffer.from(this.#rawId);
  }

  get invocationId(): Buffer {
    return this.id;
  }

  get instanceKey(): Buffer {
    return Buffer.from(this.key);
  }

  get serviceName(): string {
    return this.request().target.service;
  }

  override get rand(): Rand {
    if (scopeOf(this.#attempt)?.kind === "sideEffect") refuseInScope(this.#attempt, "used ctx.rand");
    return super.rand;
  }

  // Calls of generated clients

  override request(): Request;
  override request(service: string, method: string, data: Uint8Array): InvocationPromise<Uint8Array>;
  override request(
    service?: string,
    method?: string,
    data?: Uint8Array,
  ): Request | InvocationPromise<Uint8Array> {
    if (service === undefined || method === undefined || data === undefined) return super.request();
    return this.callProto({ service, method, data }, serde.binary);
  }

  /** Inside of `oneWayCall` the response is an empty message, at once. */
  callProto<T>(call: ProtoCall, output: Serde<T>): InvocationPromise<T> {
    const scope = scopeOf(this.#attempt);
    if (scope?.kind === "oneWay") {
      scope.capture(call);
      return Constant.fulfilled(output.deserialize(EMPTY)) as RestatePromise<T> as InvocationPromise<T>;
    }
    const called = this.genericCall({ ...this.#target(call), outputSerde: output });
    const result = called.map((value, failure) => {
      if (failure !== undefined) throw withGrpcCode(failure);
      return value as T;
    });
    return Object.defineProperty(result, "invocationId", {
      get: () => called.invocationId,
    }) as InvocationPromise<T>;
  }

  oneWayCall(call: () => Promise<unknown>): Promise<void> {
    return this.#sendInstead("oneWayCall", call, 0);
  }

  delayedCall(call: () => Promise<unknown>, delayMillis = 0): Promise<void> {
    return this.#sendInstead("delayedCall", call, delayMillis);
  }

  inBackground(call: () => Promise<unknown>, delayMillis = 0): Promise<void> {
    return this.#sendInstead("inBackground", call, delayMillis);
  }

  #sendInstead(wrapper: string, call: () => Promise<unknown>, delayMillis: number): Promise<void> {
    return sendInstead(this.#attempt, wrapper, call, (captured) => {
      this.genericSend({ ...this.#target(captured), delay: checkDelay(delayMillis) });
    });
  }

  #target({ service, method, data, key = keyOfCall(service, method, data) }: ProtoCall) {
    return { service, method, parameter: data, ...(key !== undefined && { key }) };
  }

  grpcChannel(): RestateGrpcChannel {
    return this;
  }

  // Calls of routers

  rpcGateway(): RpcGateway {
    return this;
  }

  rpc<M>(api: ServiceApi<M>): never {
    return this.#rpcClient(api, { kind: "call" });
  }

  send<M>(api: ServiceApi<M>): never {
    return this.#rpcClient(api, { kind: "send", delayMillis: 0 });
  }

  sendDelayed<M>(api: ServiceApi<M>, delayMillis: number): never {
    return this.#rpcClient(api, { kind: "send", delayMillis: checkDelay(delayMillis) });
  }

  #rpcClient(api: ServiceApi, options: ClientOptions): never {
    return createRpcClient(this, api, options) as never;
  }

  // Side effects and awakeables

  sideEffect<T>(fn: () => Promise<T> | T, retrySettings: RetrySettings = {}): RestatePromise<T> {
    const name = retrySettings.name ?? DEFAULT_SIDE_EFFECT_NAME;
    return this.run(name, withExhaustedError(fn, name), toRunOptions(retrySettings));
  }

  override run<T>(
    nameOrAction: string | RunAction<T>,
    maybeAction?: RunAction<T>,
    options?: RunOptions<T>,
  ): RestatePromise<T> {
    const [name, action] =
      typeof nameOrAction === "function" ? [undefined, nameOrAction] : [nameOrAction, maybeAction];
    const guarded: RunAction<T> = () =>
      runInScope({ kind: "sideEffect", attempt: this.#attempt }, action as () => Promise<T>);
    return super.run(name as string, action && guarded, options);
  }

  /** Others complete it with plain JSON. */
  override awakeable<T>(chosen: Serde<T> = serde.json): { id: string; promise: RestatePromise<T> } {
    return super.awakeable(chosen);
  }

  override resolveAwakeable<T>(id: string, payload?: T, chosen: Serde<T> = serde.json): void {
    super.resolveAwakeable(id, payload, chosen);
  }

  completeAwakeable<T>(id: string, payload: T): void {
    this.resolveAwakeable(id, payload);
  }

  override rejectAwakeable(id: string, reason: string | TerminalError): void {
    const error =
      typeof reason === "string" ? new TerminalError(reason, { errorCode: ErrorCodes.UNKNOWN }) : reason;
    super.rejectAwakeable(id, error);
  }

  // State

  override get<T>(name: string, chosen?: Serde<never>): Promise<T | null> {
    this.#requireKey();
    return super.get(name, chosen);
  }

  override stateKeys(): Promise<string[]> {
    this.#requireKey();
    return super.stateKeys();
  }

  override set<T>(name: string, value: T, chosen?: Serde<never>): void {
    this.#requireKey();
    super.set(name, value, chosen);
  }

  override clear(name: string): void {
    this.#requireKey();
    super.clear(name);
  }

  override clearAll(): void {
    this.#requireKey();
    super.clearAll();
  }

  #requireKey(): void {
    const { target } = super.request();
    if (target.key !== undefined) return;
    throw new TerminalError(
      `${target.service} is unkeyed and has no state. Make it a keyed service or a singleton.`,
      { errorCode: ErrorCodes.FAILED_PRECONDITION },
    );
  }
}

/** Errors of callees have the codes of gRPC, also those that were born as others. */
function withGrpcCode(error: TerminalError): TerminalError {
  const code = grpcCodeOf(error.code);
  if (error.constructor !== TerminalError || code === error.code) return error;
  const { message, metadata } = error;
  return new TerminalError(message, { errorCode: code, cause: error, ...(metadata && { metadata }) });
}
