import { create, createFileRegistry, type DescMethod, type DescService } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { ObjectOptions } from "../../definitions/options.js";
import type { AnyDefinition } from "../../endpoint/endpoint.js";
import type { Serde } from "../../serde.js";
import { codecsOf, filesOf, type MessageCodec, type ProtoMetadata } from "../descriptors/ts-proto.js";
import { ProtoServiceError } from "../errors.js";
import { defineProtoService, PROTO_CONTENT_TYPE, type ProtoMethod } from "./proto-service.js";
import { withContext } from "./use-context.js";

/** A service to bind, from code that ts-proto generated with `outputSchema=true`. */
export interface ProtoServiceOptions {
  /** `protoMetadata` of the generated file. */
  descriptor: ProtoMetadata;
  /** The name of the service, without its package. */
  service: string;
  /** Implements the generated interface of the service. */
  instance: object;
  /** Timeouts, retention, retries. */
  options?: ObjectOptions;
}

/** @throws ProtoServiceError if the service cannot be served, or a method is not implemented */
export function tsProtoService({
  descriptor,
  service,
  instance,
  options,
}: ProtoServiceOptions): AnyDefinition {
  const files = filesOf(descriptor);
  const codecs = codecsOf(descriptor);
  return defineProtoService({
    desc: serviceIn(files, service),
    files,
    options,
    bindMethod: (method) => bindMethod(method, instance, codecs),
  });
}

/** All services of a generated file. */
export function servicesOf(descriptor: ProtoMetadata): readonly DescService[] {
  const files = filesOf(descriptor);
  return link(files).getFile(files.at(-1)!.name)!.services;
}

function link(files: readonly FileDescriptorProto[]) {
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...files] }));
}

function serviceIn(files: readonly FileDescriptorProto[], service: string): DescService {
  const { name, services } = link(files).getFile(files.at(-1)!.name)!;
  const found = services.find((desc) => desc.name === service || desc.typeName === service);
  if (found !== undefined) return found;
  const known = services.map((desc) => desc.name).join(", ") || "none";
  throw new ProtoServiceError(
    "META0001",
    `Unable to find a service ${service} in ${name}.proto. Its services: ${known}.`,
  );
}

function bindMethod(
  method: DescMethod,
  instance: object,
  codecs: ReadonlyMap<string, MessageCodec>,
): ProtoMethod {
  const property = propertyFor(method.name, instance);
  return {
    input: messageSerde(codecs, method.input.typeName),
    output: messageSerde(codecs, method.output.typeName),
    call: async (ctx, request) => {
      const self = withContext(instance, ctx) as Record<string, (request: unknown) => unknown>;
      return self[property]!(request);
    },
  };
}

/** The property that implements a method, whatever the case of its letters, also if it is inherited. */
function propertyFor(method: string, instance: object): string {
  if (typeof instance !== "object" || instance === null) {
    throw new ProtoServiceError("META0001", "The instance is missing: instance: new GreeterService()");
  }
  const wanted = method.toLowerCase();
  for (
    let level = instance;
    level !== Object.prototype && level !== null;
    level = Object.getPrototypeOf(level)
  ) {
    const property = Object.getOwnPropertyNames(level).find((name) => name.toLowerCase() === wanted);
    if (property === undefined) continue;
    if (typeof (instance as Record<string, unknown>)[property] === "function") return property;
    throw new ProtoServiceError(
      "META0001",
      `The property ${property} is to implement the method ${method}, but is not a function.`,
    );
  }
  throw new ProtoServiceError("META0001", `unimplemented method ${method}`);
}

function messageSerde(codecs: ReadonlyMap<string, MessageCodec>, type: string): Serde<unknown> {
  const codec = codecs.get(type);
  if (codec === undefined) {
    throw new ProtoServiceError(
      "META0001",
      `The generated code has no codec for ${type}. Generate it with ts-proto's option outputSchema=true, and without onlyTypes.`,
    );
  }
  return {
    contentType: PROTO_CONTENT_TYPE,
    // A result may leave fields away; those of the generated type are all there.
    serialize: (message) => codec.encode(codec.fromPartial?.(message ?? {}) ?? message ?? {}).finish(),
    deserialize: (data) => codec.decode(data),
  };
}
