import type { Header } from "@pawl/protocol";
import type { InvokeMessage } from "../../partition/commands.js";
import { derivedId, retentionOf } from "../../partition/identity.js";
import type { Target } from "../../partition/model.js";
import type { SchemaRegistry } from "../../registry/registry.js";
import type { ResolvedHandler } from "../../registry/schema.js";
import { InvokedBy } from "../../store/store.js";
import { handlerHeaders, singleHeader } from "../headers.js";
import type { HttpRequest } from "../http-types.js";
import type { RpcHost } from "./host.js";
import { DEFAULT_RETENTION_MS, type Idempotency } from "./idempotency.js";

export interface InvocationRequest {
  readonly handler: ResolvedHandler;
  readonly key: string | null;
  readonly input: Uint8Array;
  readonly contentType: string;
  readonly idempotency: Idempotency | null;
}

/** A call as the core wants it. */
export function toInvokeMessage(
  { runtime }: RpcHost,
  http: HttpRequest,
  { handler, key, input, contentType, idempotency }: InvocationRequest,
): InvokeMessage {
  const target: Target = { service: handler.service, handler: handler.handler, key, kind: handler.kind };
  const idempotencyKey = idempotency?.key ?? null;
  const derived = derivedId(target, idempotencyKey);
  const resolved = idempotency === null ? handler : withRetention(runtime.registry, handler, idempotency);
  return {
    kind: "invoke",
    id: derived ?? runtime.newInvocationId(key),
    isDerivedId: derived !== null,
    target,
    headers: rpcHeaders(http, contentType),
    input,
    idempotencyKey,
    invokedBy: InvokedBy.Ingress,
    invokedById: null,
    invokedByTarget: null,
    scheduledFor: null,
    traceparent: singleHeader(http, "traceparent"),
    ...retentionOf(resolved, idempotencyKey),
    waiter: null,
  };
}

/** The request says how long its result is kept; else the service or its operator; else the default of these paths. */
function withRetention(
  registry: SchemaRegistry,
  resolved: ResolvedHandler,
  { retentionMs }: Idempotency,
): ResolvedHandler {
  const schema = registry.service(resolved.service)?.schema;
  const handler = schema?.handlers.find(({ name }) => name === resolved.handler);
  const declared =
    handler?.idempotencyRetentionMs ??
    registry.overrides(resolved.service).idempotencyRetentionMs ??
    schema?.idempotencyRetentionMs;
  // What is declared is cut to the server's maximum in the resolved handler.
  const otherwise = declared === undefined ? DEFAULT_RETENTION_MS : resolved.idempotencyRetentionMs;
  return { ...resolved, idempotencyRetentionMs: retentionMs ?? otherwise };
}

/** Headers of the protocols themselves: they say nothing of the message that the handler gets. */
const PROTOCOL_HEADERS =
  /^(?:te|trailer|transfer-encoding|content-(?:type|length|encoding)|accept-encoding|grpc-(?:timeout|encoding|accept-encoding)|connect-.*|idempotency-retention-period)$/;

function rpcHeaders(http: HttpRequest, contentType: string): Header[] {
  const headers = handlerHeaders(http).filter(({ key }) => !PROTOCOL_HEADERS.test(key));
  headers.push({ key: "content-type", value: contentType });
  return headers;
}
