import { create, fromJson, type JsonValue, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import { EmptySchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Header } from "@pawl/protocol";
import type { ContractMethod } from "./contract.js";
import type { KeyedEvent, RpcRequest } from "./gen/dev/pawl/router_pb.js";
import { RpcResponseSchema } from "./gen/dev/pawl/router_pb.js";
import { keyText } from "./key.js";
import { MessageError, parseJsonText, writeBinary } from "./mapping.js";

/** What a handler is given for a message. */
export interface Payload {
  readonly key: string | null;
  readonly input: Uint8Array;
  readonly contentType: string;
  /** Besides those of the request. */
  readonly headers: readonly Header[];
}

/** What handlers of proto services are given, and answer with. */
const PROTO_CONTENT_TYPE = "application/proto";

/**
 * @param binary the message as it came, if it came in binary
 * @throws MessageError for a message that the method cannot be called with
 */
export function toPayload(method: ContractMethod, message: Message, binary?: Uint8Array): Payload {
  const key = keyText(method, message);
  switch (method.payload) {
    case "message":
      return {
        key,
        input: binary ?? writeBinary(method.input, message),
        contentType: PROTO_CONTENT_TYPE,
        headers: [],
      };
    case "json":
      return routePayload(method, key, message as RpcRequest);
    case "event":
      return eventPayload(method, key, message as KeyedEvent);
  }
}

function routePayload(
  method: ContractMethod,
  key: string | null,
  { key: sent, request }: RpcRequest,
): Payload {
  requireKey(method, key);
  if (key === null && sent !== "") {
    throw new MessageError(
      `${method.service}/${method.name} has no keys, but was called with the key '${sent}': send it as part of "request"`,
    );
  }
  const json = request === undefined ? "" : JSON.stringify(toJson(ValueSchema, request));
  return { key, input: Buffer.from(json), contentType: "application/json", headers: [] };
}

function eventPayload(method: ContractMethod, key: string | null, event: KeyedEvent): Payload {
  requireKey(method, key);
  const headers = Object.entries(event.attributes).map(([name, value]) => ({ key: name, value }));
  return { key, input: event.payload, contentType: "application/octet-stream", headers };
}

/** Routers take no empty key. Source: the documents of 2023, docs/compatibility.md. */
function requireKey({ service, name }: ContractMethod, key: string | null): void {
  if (key !== "") return;
  throw new MessageError(`missing or empty "key": ${service}/${name} is keyed, send {"key": "...", ...}`);
}

/** The message for what a handler returned, in binary. @throws MessageError when it is none */
export function toResponse({ payload }: ContractMethod, output: Uint8Array): Uint8Array {
  if (payload === "message") return output;
  if (payload === "event") return toBinary(EmptySchema, create(EmptySchema));
  if (output.byteLength === 0) return output;
  const response = fromJson(ValueSchema, parseJsonText(output));
  return toBinary(RpcResponseSchema, create(RpcResponseSchema, { response }));
}

/** Whether JSON is what a router's documented callers send: nothing, or a "request", or a "key" alone. */
export function isRouterEnvelope(json: JsonValue): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  return Object.hasOwn(json, "request") || Object.keys(json).every((name) => name === "key");
}
