import { create, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import type { ContractMethod } from "../../../protobuf/contract.js";
import {
  Ingress,
  type InvokeRequest,
  InvokeResponseSchema,
} from "../../../protobuf/gen/dev/restate/services_pb.js";
import { MessageError, parseBinary, parseJson } from "../../../protobuf/mapping.js";
import { isRouterEnvelope, type Payload, toPayload } from "../../../protobuf/payload.js";
import { routerKind } from "../../../protobuf/router.js";
import type { SchemaRegistry } from "../../../registry/registry.js";
import type { ResolvedHandler, ServiceSchema } from "../../../registry/schema.js";
import { HandlerKind } from "../../../store/store.js";
import { idempotencyOf } from "../../idempotency.js";
import { checkInput } from "../../input.js";
import { toInvokeMessage } from "../invocation.js";
import { noMethod, noService, notAccessible } from "../refusals.js";
import { badRequest, Code, RpcError } from "../rpc-error.js";
import { usableContract } from "../usable-contract.js";
import { answer, builtinMethod } from "./builtin-method.js";

/** The argument as it came. JSON need not be an object, as a Struct would have to be. */
type Argument =
  | { readonly kind: "none" }
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  | { readonly kind: "json"; readonly json: JsonValue };

/**
 * `dev.restate.Ingress/Invoke`: starts an invocation of any public service and answers with its id. Source: seeds/002
 * ("payload"), seeds/003 ("argument"), the documents of 2023, docs/compatibility.md.
 */
export const invoke = builtinMethod(
  Ingress.method.invoke,
  (host, { message, json, http }) => {
    const { registry } = host.runtime;
    const { schema, handler } = findTarget(registry, message);
    const argument = argumentOf(message, json);
    const contract = isPlain(schema, message, argument)
      ? undefined
      : usableContract(schema)?.methods.get(handler.handler);
    const idempotency = idempotencyOf(http);
    if (idempotency !== null && handler.kind === HandlerKind.WorkflowRun) {
      throw new RpcError(
        Code.InvalidArgument,
        "a workflow's run takes no idempotency key: its key is one already",
      );
    }
    const payload =
      contract === undefined ? plainPayload(handler, message, argument) : messagePayload(contract, argument);
    const invocation = toInvokeMessage(host, http, { handler, payload, idempotency });
    return {
      kind: "ask",
      id: invocation.id,
      toCommand: (responder) => ({ kind: "request", invoke: invocation, mode: "send", responder }),
      toAnswer: () => answer(InvokeResponseSchema, create(InvokeResponseSchema, { id: invocation.id })),
    };
  },
  withoutArgument,
);

function findTarget(
  registry: SchemaRegistry,
  { service, method }: InvokeRequest,
): { readonly schema: ServiceSchema; readonly handler: ResolvedHandler } {
  const resolved = registry.service(service);
  if (resolved === undefined) throw noService(service);
  if (!resolved.isPublic) throw notAccessible(service);
  const handler = resolved.handlers.get(method);
  if (handler === undefined) throw noMethod(service, method);
  if (!handler.isPublic) throw notAccessible(`${service}/${method}`);
  return { schema: resolved.schema, handler };
}

const ARGUMENT_NAMES = ["argument", "payload", "json"];

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** What the message itself can hold: the argument is taken from the JSON. */
function withoutArgument(json: JsonValue): JsonValue {
  if (!isObject(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => !ARGUMENT_NAMES.includes(name)));
}

function argumentOf({ content }: InvokeRequest, json: JsonValue | undefined): Argument {
  const names = isObject(json) ? ARGUMENT_NAMES.filter((name) => Object.hasOwn(json, name)) : [];
  const [name, other] = content.case === "pb" ? ["pb", names[0]] : names;
  if (other !== undefined) throw badRequest(`'${name}' and '${other}' are both there: send one of them`);
  if (content.case === "pb") return { kind: "binary", bytes: content.value };
  if (content.case === "json") return { kind: "json", json: content.value };
  if (name === undefined || !isObject(json)) return { kind: "none" };
  return { kind: "json", json: json[name] as JsonValue };
}

/** Whether a router is called as a service without descriptors: by a key of its own, or with what is no envelope. */
function isPlain(schema: ServiceSchema, { key }: InvokeRequest, argument: Argument): boolean {
  if (routerKind(schema) === undefined) return false;
  return key !== "" || (argument.kind === "json" && !isRouterEnvelope(argument.json));
}

/** @throws RpcError failed_precondition for an argument that does not fit the method */
function messagePayload(method: ContractMethod, argument: Argument): Payload {
  try {
    if (argument.kind === "json") {
      return toPayload(method, parseJson(method.input, argument.json, method.types));
    }
    const bytes = argument.kind === "none" ? EMPTY : argument.bytes;
    return toPayload(method, parseBinary(method.input, bytes), bytes);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw new RpcError(
      Code.FailedPrecondition,
      `the argument does not fit ${method.service}/${method.name}: ${error.message}`,
    );
  }
}

const EMPTY = new Uint8Array();

/** For a service without descriptors: its body, as it would be posted. */
function plainPayload(handler: ResolvedHandler, { key }: InvokeRequest, argument: Argument): Payload {
  const isKeyed = handler.serviceType !== "Service";
  if (isKeyed && key === "") {
    throw new RpcError(
      Code.InvalidArgument,
      `'${handler.service}' is a ${handler.serviceType}: say which one with "key"`,
    );
  }
  if (!isKeyed && key !== "") {
    throw new RpcError(Code.InvalidArgument, `'${handler.service}' has no keys: leave out "key"`);
  }
  const input = plainBody(argument);
  const declared = handler.input?.contentType;
  const contentType =
    argument.kind === "binary" && declared !== null && declared !== undefined && !declared.includes("*")
      ? declared
      : argument.kind === "binary"
        ? "application/octet-stream"
        : "application/json";
  checkInput(handler.input, argument.kind === "none" ? null : contentType, input);
  return { key: isKeyed ? key : null, input, contentType, headers: [] };
}

function plainBody(argument: Argument): Uint8Array {
  if (argument.kind === "none") return EMPTY;
  return argument.kind === "binary" ? argument.bytes : Buffer.from(JSON.stringify(argument.json));
}
