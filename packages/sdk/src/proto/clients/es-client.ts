import type {
  DescMessage,
  DescMethod,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Context } from "../../context/context.js";
import type { InvocationHandle, InvocationPromise } from "../../context/promise.js";
import type { Duration } from "../../duration.js";
import type { Serde } from "../../serde.js";
import { messageSerde } from "../binding/es-service.js";
import { ProtoContext } from "../context/proto-context.js";
import type { RestateContext } from "../context/restate-context.js";
import { type Keying, keyingOf } from "../keying/keying.js";
import { keyOfRequest } from "../keying/known-services.js";

type UnaryMethod<I, O> = { methodKind: "unary"; input: I; output: O };

/** The methods of a service as its callers see them: await the response. */
export type ProtoClient<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends UnaryMethod<
    infer I extends DescMessage,
    infer O extends DescMessage
  >
    ? (request: MessageInitShape<I>) => InvocationPromise<MessageShape<O>>
    : never;
};

/** The methods of a service as one-way calls. */
export type ProtoSendClient<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends UnaryMethod<infer I extends DescMessage, unknown>
    ? (request: MessageInitShape<I>, options?: ProtoSendOptions) => InvocationHandle
    : never;
};

export interface ProtoSendOptions {
  /** How long to wait before the invocation starts; a number is milliseconds. */
  delay?: Duration | number;
}

/**
 * A client for a protobuf service that protobuf-es describes. In a protobuf service it may be used inside of `oneWayCall`
 * and `delayedCall` like other generated clients; other handlers take `protoSendClient` for that.
 *
 * @throws ProtoServiceError if the key of a keyed service cannot be found
 */
export function protoClient<S extends DescService>(ctx: Context | RestateContext, desc: S): ProtoClient<S> {
  const keying = keyingOf(desc);
  return mapMethods(desc, (method) => {
    const output = messageSerde(method.output);
    return (request: unknown) => {
      const call = toCall(keying, method, request);
      if (ctx instanceof ProtoContext) return ctx.callProto(call, output);
      return (ctx as Context).genericCall({ ...toGeneric(call), outputSerde: output });
    };
  }) as ProtoClient<S>;
}

/**
 * A client for one-way calls of a protobuf service that protobuf-es describes.
 * @throws ProtoServiceError if the key of a keyed service cannot be found
 */
export function protoSendClient<S extends DescService>(
  ctx: Context | RestateContext,
  desc: S,
): ProtoSendClient<S> {
  const keying = keyingOf(desc);
  return mapMethods(desc, (method) => (request: unknown, options?: ProtoSendOptions) => {
    const call = toGeneric(toCall(keying, method, request));
    return ctx.genericSend({ ...call, ...(options?.delay !== undefined && { delay: options.delay }) });
  }) as ProtoSendClient<S>;
}

interface Call {
  readonly service: string;
  readonly method: string;
  readonly data: Uint8Array;
  readonly key?: string;
}

function toCall(keying: Keying, method: DescMethod, request: unknown): Call {
  const service = method.parent.typeName;
  const data = (messageSerde(method.input) as Serde<unknown>).serialize(request);
  const key = keyOfRequest(keying, `${service}/${method.name}`, method.name, data);
  return { service, method: method.name, data, ...(key !== undefined && { key }) };
}

const toGeneric = ({ data, ...call }: Call) => ({ ...call, parameter: data });

function mapMethods<T>(desc: DescService, toFunction: (method: DescMethod) => T): Record<string, T> {
  return Object.fromEntries(desc.methods.map((method) => [method.localName, toFunction(method)]));
}
