import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { type HandlerFunction, wrapHandler } from "../../definitions/handler.js";
import type { ObjectOptions } from "../../definitions/options.js";
import { object, service } from "../../definitions/service.js";
import type { AnyDefinition } from "../../endpoint/endpoint.js";
import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import type { ContextParts } from "../../runtime/context-impl.js";
import type { Serde } from "../../serde.js";
import { ProtoContext } from "../context/proto-context.js";
import { bigintJson } from "../context/state-serde.js";
import { DESCRIPTORS_METADATA, encodeDescriptors } from "../descriptors/file-set.js";
import { ProtoServiceError } from "../errors.js";
import { type Keying, keyingOf } from "../keying/keying.js";
import { keyOfRequest, rememberService } from "../keying/known-services.js";

/** The content type of a protobuf message, on the wire and in the manifest. */
export const PROTO_CONTENT_TYPE = "application/proto";

/** A method as its binding to an implementation sees it. */
export interface ProtoMethod {
  readonly input: Serde<unknown>;
  readonly output: Serde<unknown>;
  call(ctx: ProtoContext, request: unknown): Promise<unknown>;
}

/** Describes a protobuf service whose methods somebody implements. */
export interface ProtoServiceParts {
  readonly desc: DescService;
  /** The file of the service and all that it imports. */
  readonly files: readonly FileDescriptorProto[];
  readonly options: ObjectOptions | undefined;
  bindMethod(method: DescMethod): ProtoMethod;
}

/**
 * The definition that serves a protobuf service: a service if it is unkeyed, an object if it is keyed or a singleton.
 * @throws ProtoServiceError if the service cannot be served
 */
export function defineProtoService(parts: ProtoServiceParts): AnyDefinition {
  const { desc, files, options = {} } = parts;
  const keying = keyingOf(desc);
  const handlers: Record<string, HandlerFunction> = {};
  for (const method of desc.methods) handlers[method.name] = toHandler(keying, method, parts);
  const define = keying.kind === "unkeyed" ? service : object;
  const definition: AnyDefinition = define({
    name: desc.typeName,
    metadata: { [DESCRIPTORS_METADATA]: encodeDescriptors(files) },
    options,
    handlers,
  } as never);
  rememberService(desc.typeName, keying);
  return definition;
}

function toHandler(keying: Keying, method: DescMethod, parts: ProtoServiceParts): HandlerFunction {
  if (method.methodKind !== "unary") {
    throw new ProtoServiceError(
      "META0001",
      `${method} streams. Only methods with one request and one response can be served.`,
    );
  }
  const { input, output, call } = parts.bindMethod(method);
  const invoke = async (ctx: ProtoContext, request: unknown): Promise<unknown> => {
    checkKey(ctx, keying, method.name);
    return call(ctx, request);
  };
  const kind = keying.kind === "unkeyed" ? "service" : "exclusive";
  const serde = parts.options?.serde ?? bigintJson;
  const options = { input, output, serde, setOutputContentTypeIfEmpty: true };
  return wrapHandler(kind, invoke, options, createContext);
}

const createContext = (parts: ContextParts): ProtoContext => new ProtoContext(parts);

/** A caller that does not know the service cannot know the key: better an error than the state of another key. */
function checkKey(ctx: ProtoContext, keying: Keying, method: string): void {
  const { target, body } = ctx.request();
  const key = keyOfRequest(keying, `${target.service}/${method}`, method, body);
  if (key === undefined || key === ctx.key) return;
  throw new TerminalError(
    `${target.service}/${method} was called with the key '${ctx.key}', but the request is for '${key}'. If another service called, let its process know this service: registerDescriptors(protoMetadata).`,
    { errorCode: ErrorCodes.INVALID_ARGUMENT },
  );
}
