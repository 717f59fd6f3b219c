import { create, type DescFile, type DescMessage, setExtension } from "@bufbuild/protobuf";
import {
  EmptySchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  file_google_protobuf_empty,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { HandlerSchema, ServiceSchema } from "../registry/schema.js";
import { ServiceType } from "./annotations.js";
import { type Contract, type ContractMethod, toContract } from "./contract.js";
import { toDescriptorSet } from "./descriptor-set.js";
import {
  file_dev_pawl_router,
  KeyedEventSchema,
  RpcRequestSchema,
  RpcResponseSchema,
} from "./gen/dev/pawl/router_pb.js";
import { file_dev_restate_ext, service_type as serviceTypeExtension } from "./gen/dev/restate/ext_pb.js";

/** Key in the metadata of a manifest's service that is a router: `keyed` or `unkeyed`. Other servers ignore it. */
export const ROUTER_METADATA = "dev.pawl.router";

export type RouterKind = "keyed" | "unkeyed";

type Described = Pick<ServiceSchema, "name" | "type" | "metadata" | "handlers">;

/** undefined: no router. */
export function routerKind({ type, metadata }: Pick<Described, "type" | "metadata">): RouterKind | undefined {
  const kind = metadata[ROUTER_METADATA];
  if (kind === "keyed" && type === "VirtualObject") return kind;
  return kind === "unkeyed" && type === "Service" ? kind : undefined;
}

/** Made once for each revision of a service, and forgotten with it. */
const made = new WeakMap<Described, Contract>();

/**
 * What callers and a router have agreed on: its routes as methods of a proto service, with `RpcRequest` and `RpcResponse`
 * around the JSON that its handlers know. Source: the documents of 2023, docs/compatibility.md. undefined: no router.
 */
export function routerContract(schema: Described): Contract | undefined {
  const kind = routerKind(schema);
  if (kind === undefined) return undefined;
  const contract = made.get(schema) ?? makeContract(schema, kind);
  made.set(schema, contract);
  return contract;
}

function makeContract(schema: Described, kind: RouterKind): Contract {
  const { name } = schema;
  const files = [...importsOf(file_dev_pawl_router), file_dev_pawl_router.proto, describe(schema, kind)];
  const contract = toContract(protoName(name), toDescriptorSet(files));
  const methods = [...contract.methods.values()].map(
    (method): ContractMethod => ({
      ...method,
      service: name,
      payload: method.input.typeName === KeyedEventSchema.typeName ? "event" : "json",
    }),
  );
  return { ...contract, name, methods: new Map(methods.map((method) => [method.name, method])) };
}

/** The name of a service as descriptors can have it: those of routers may have hyphens. */
export function protoName(service: string): string {
  return service
    .split(".")
    .map((part) => part.replace(/\W/g, "_").replace(/^(?=\d|$)/, "_"))
    .join(".");
}

function importsOf(file: DescFile): FileDescriptorProto[] {
  return file.dependencies.flatMap((one) => [...importsOf(one), one.proto]);
}

function describe({ name: service, handlers }: Described, kind: RouterKind): FileDescriptorProto {
  const name = protoName(service);
  const dot = name.lastIndexOf(".");
  const options = create(ServiceOptionsSchema);
  setExtension(options, serviceTypeExtension, kind === "keyed" ? ServiceType.KEYED : ServiceType.UNKEYED);
  return create(FileDescriptorProtoSchema, {
    name: `dev/pawl/router/${name}.proto`,
    package: dot < 0 ? "" : name.slice(0, dot),
    syntax: "proto3",
    dependency: [file_dev_pawl_router, file_dev_restate_ext, file_google_protobuf_empty].map(
      ({ proto }) => proto.name,
    ),
    service: [
      {
        name: name.slice(dot + 1),
        options,
        method: handlers.map((handler) => {
          const isEvent = takesEvents(handler, kind);
          return {
            name: handler.name,
            inputType: reference(isEvent ? KeyedEventSchema : RpcRequestSchema),
            outputType: reference(isEvent ? EmptySchema : RpcResponseSchema),
          };
        }),
      },
    ],
  });
}

const reference = ({ typeName }: DescMessage): string => `.${typeName}`;

/** Event handlers take bytes of any kind, all others JSON. */
function takesEvents({ input }: HandlerSchema, kind: RouterKind): boolean {
  return kind === "keyed" && input?.contentType === "*/*";
}
