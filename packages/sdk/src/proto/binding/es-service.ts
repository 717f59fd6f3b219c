import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { ObjectOptions } from "../../definitions/options.js";
import type { AnyDefinition } from "../../endpoint/endpoint.js";
import type { Serde } from "../../serde.js";
import type { RestateContext } from "../context/restate-context.js";
import { filesOfService } from "../descriptors/file-set.js";
import { ProtoServiceError } from "../errors.js";
import { defineProtoService, PROTO_CONTENT_TYPE, type ProtoMethod } from "./proto-service.js";

/** The methods of a service that protobuf-es describes: each takes a request and a context. */
export type ProtoImplementation<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends {
    methodKind: "unary";
    input: infer I extends DescMessage;
    output: infer O extends DescMessage;
  }
    ? (request: MessageShape<I>, ctx: RestateContext) => Promise<MessageInitShape<O>>
    : never;
};

/**
 * A protobuf service from code that protobuf-es generated, for `serve` and `endpoint().bind`.
 *
 * @param implementation an object or the instance of a class
 * @throws ProtoServiceError if the service cannot be served, or a method is not implemented
 */
export function protoService<S extends DescService>(
  desc: S,
  implementation: ProtoImplementation<S>,
  options?: ObjectOptions,
): AnyDefinition {
  return defineProtoService({
    desc,
    files: filesOfService(desc),
    options,
    bindMethod: (method) => bindMethod(method, implementation),
  });
}

type Implementation = Record<string, (request: unknown, ctx: RestateContext) => Promise<unknown>>;

function bindMethod(method: DescMethod, implementation: object): ProtoMethod {
  const methods = implementation as Implementation;
  const name = method.localName;
  if (typeof methods[name] !== "function") {
    throw new ProtoServiceError("META0001", `unimplemented method ${method.name}: ${name}(request, ctx)`);
  }
  return {
    input: messageSerde(method.input),
    output: messageSerde(method.output),
    call: async (ctx, request) => methods[name]!(request, ctx),
  };
}

/** Messages of a type, as bytes. Takes a message's initial fields where it takes a message. */
export function messageSerde<T extends DescMessage>(type: T): Serde<MessageShape<T>> {
  return {
    contentType: PROTO_CONTENT_TYPE,
    serialize: (message) => toBinary(type, create(type, (message ?? {}) as MessageInitShape<T>)),
    deserialize: (data) => fromBinary(type, data),
  };
}
