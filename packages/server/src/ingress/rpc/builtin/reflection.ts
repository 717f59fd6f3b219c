import { create, type Message } from "@bufbuild/protobuf";
import type { Contract } from "../../../protobuf/contract.js";
import { contractOf } from "../../../protobuf/contracts.js";
import { DescriptorError } from "../../../protobuf/descriptor-set.js";
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import { ReflectionIndex } from "../../../protobuf/reflection-index.js";
import { protoName, routerContract } from "../../../protobuf/router.js";
import type { SchemaRegistry } from "../../../registry/registry.js";
import type { ResolvedService, ServiceSchema } from "../../../registry/schema.js";
import type { RpcHost } from "../host.js";
import type { StreamInput, StreamMethod, StreamOutput } from "../method.js";
import { Code } from "../rpc-error.js";
import { NO_TYPES } from "./builtin-method.js";
import { BUILTIN_DESCRIPTORS, BUILTIN_FILES } from "./descriptors.js";

/**
 * Server reflection over public services, v1 and v1alpha: they differ in the package only, so that messages of v1 serve both. Source: https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export const reflection: StreamMethod = {
  kind: "stream",
  input: ServerReflectionRequestSchema,
  output: ServerReflectionResponseSchema,
  types: NO_TYPES,
  open: (host, out) => new Reflection(host, out),
};

class Reflection implements StreamInput {
  constructor(
    readonly host: RpcHost,
    readonly out: StreamOutput,
  ) {}

  message(message: Message): void {
    const request = message as ServerReflectionRequest;
    this.out.send(
      create(ServerReflectionResponseSchema, {
        validHost: request.host,
        originalRequest: request,
        messageResponse: answerTo(request, viewOf(this.host.runtime.registry)),
      }),
    );
  }

  end(): void {
    this.out.end();
  }

  close(): void {}
}

/** What reflection shows, until something is registered, removed, hidden or shown. */
interface View {
  readonly services: readonly string[];
  readonly index: ReflectionIndex;
}

function answerTo(
  { messageRequest: { case: kind, value } }: ServerReflectionRequest,
  { services, index }: View,
): ServerReflectionResponse["messageResponse"] {
  switch (kind) {
    case "listServices":
      return listed(services);
    case "fileByFilename":
      return files(index.byFilename(value), `file '${value}'`);
    case "fileContainingSymbol":
      return files(index.bySymbol(value), `symbol '${value}'`);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = value;
      const what = `extension ${extensionNumber} of '${containingType}'`;
      return files(index.byExtension(containingType, extensionNumber), what);
    }
    case "allExtensionNumbersOfType": {
      const numbers = index.extensionNumbers(value);
      return numbers === undefined ? notFound(`type '${value}'`) : extensionNumbers(value, numbers);
    }
    default:
      return failure(Code.InvalidArgument, "the request asks for nothing: set one field of message_request");
  }
}

type Response = ServerReflectionResponse["messageResponse"];

function listed(services: readonly string[]): Response {
  const { messageResponse } = create(ServerReflectionResponseSchema, {
    messageResponse: {
      case: "listServicesResponse",
      value: { service: services.map((name) => ({ name })) },
    },
  });
  return messageResponse;
}

function files(found: readonly Uint8Array[] | undefined, what: string): Response {
  if (found === undefined) return notFound(what);
  const { messageResponse } = create(ServerReflectionResponseSchema, {
    messageResponse: { case: "fileDescriptorResponse", value: { fileDescriptorProto: [...found] } },
  });
  return messageResponse;
}

function extensionNumbers(baseTypeName: string, numbers: readonly number[]): Response {
  const { messageResponse } = create(ServerReflectionResponseSchema, {
    messageResponse: {
      case: "allExtensionNumbersResponse",
      value: { baseTypeName, extensionNumber: [...numbers] },
    },
  });
  return messageResponse;
}

function notFound(what: string): Response {
  return failure(Code.NotFound, `${what} not found: it is not part of a public service`);
}

function failure(errorCode: Code, errorMessage: string): Response {
  const { messageResponse } = create(ServerReflectionResponseSchema, {
    messageResponse: { case: "errorResponse", value: { errorCode, errorMessage } },
  });
  return messageResponse;
}

const views = new WeakMap<SchemaRegistry, { readonly of: readonly ResolvedService[]; readonly view: View }>();

/** Resolved services are new objects after each change, so the same ones mean the same view. */
function viewOf(registry: SchemaRegistry): View {
  const services = registry.services();
  const known = views.get(registry);
  if (known !== undefined && isSame(known.of, services)) return known.view;
  const view = toView(services);
  views.set(registry, { of: services, view });
  return view;
}

function isSame(a: readonly ResolvedService[], b: readonly ResolvedService[]): boolean {
  return a.length === b.length && a.every((service, i) => service === b[i]);
}

function toView(services: readonly ResolvedService[]): View {
  const contracts = services.flatMap(({ schema, isPublic, deploymentId }) => {
    const contract = contractOrNone(schema);
    return contract === undefined ? [] : [{ contract, isPublic, deploymentId }];
  });
  const shown = contracts.filter(({ isPublic }) => isPublic);
  const hidden = contracts.filter(({ isPublic }) => !isPublic);
  const index = new ReflectionIndex(
    [
      { name: "builtin", files: BUILTIN_FILES },
      ...shown.map(({ contract, deploymentId }) => ({
        name: `${deploymentId}/${contract.name}`,
        files: contract.files,
      })),
    ],
    new Set(hidden.map(({ contract }) => contract.name)),
  );
  const names = [
    ...shown.map(({ contract }) => contract.name),
    ...BUILTIN_DESCRIPTORS.map(({ typeName }) => typeName),
  ];
  return { services: names.sort(), index };
}

/** A service with bad descriptors or a name that descriptors cannot have is not shown; the others are. */
function contractOrNone(schema: ServiceSchema): Contract | undefined {
  if (protoName(schema.name) !== schema.name) return undefined;
  try {
    return contractOf(schema) ?? routerContract(schema);
  } catch (error) {
    if (error instanceof DescriptorError) return undefined;
    throw error;
  }
}
