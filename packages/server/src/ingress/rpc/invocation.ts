import type { Header } from "@pawl/protocol";
import type { HttpRequest } from "../../http/exchange.js";
import type { InvokeMessage } from "../../partition/commands.js";
import { derivedId, retentionOf } from "../../partition/identity.js";
import type { Target } from "../../partition/model.js";
import type { Payload } from "../../protobuf/payload.js";
import type { SchemaRegistry } from "../../registry/registry.js";
import type { ResolvedHandler } from "../../registry/schema.js";
import { InvokedBy } from "../../store/store.js";
import { traceHeaders } from "../../telemetry/tracing/trace-context.js";
import { refuseLimitKey } from "../flow-control.js";
import { handlerHeaders, singleHeader } from "../headers.js";
import { type Idempotency, withRetention } from "../idempotency.js";
import type { RpcHost } from "./host.js";

export interface InvocationRequest {
  readonly handler: ResolvedHandler;
  readonly payload: Payload;
  readonly idempotency: Idempotency | null;
}

/** A call as the core wants it. @throws IngressError 400 */
export function toInvokeMessage(
  { runtime }: RpcHost,
  http: HttpRequest,
  { handler, payload, idempotency }: InvocationRequest,
): InvokeMessage {
  refuseLimitKey(http, "");
  const { key, input } = payload;
  const target: Target = { service: handler.service, handler: handler.handler, key, kind: handler.kind };
  const idempotencyKey = idempotency?.key ?? null;
  const derived = derivedId(target, idempotencyKey);
  const { registry } = runtime;
  const retentionMs = idempotency === null ? null : retentionFor(registry, handler, idempotency);
  return {
    kind: "invoke",
    id: derived ?? runtime.newInvocationId(key),
    isDerivedId: derived !== null,
    target,
    headers: rpcHeaders(http, payload),
    input,
    idempotencyKey,
    invokedBy: InvokedBy.Ingress,
    invokedById: null,
    invokedByTarget: null,
    scheduledFor: null,
    ...traceHeaders(singleHeader(http, "traceparent"), singleHeader(http, "tracestate")),
    ...retentionOf(withRetention(registry, handler, retentionMs), idempotencyKey),
    waiter: null,
  };
}

/** How long the result of a proto service's call is kept for its idempotency key: "30 minutes". Source: the documents of 2023, docs/compatibility.md. */
const DEFAULT_RETENTION_MS = 30 * 60_000;

/** The request says how long its result is kept; else the service or its operator; else the default of these paths. */
function retentionFor(
  registry: SchemaRegistry,
  resolved: ResolvedHandler,
  { retentionMs }: Idempotency,
): number | null {
  if (retentionMs !== null) return retentionMs;
  const schema = registry.service(resolved.service)?.schema;
  const handler = schema?.handlers.find(({ name }) => name === resolved.handler);
  const declared =
    handler?.idempotencyRetentionMs ??
    registry.overrides(resolved.service).idempotencyRetentionMs ??
    schema?.idempotencyRetentionMs;
  return declared === undefined ? DEFAULT_RETENTION_MS : null;
}

/** Headers of the protocols themselves: they say nothing of the message that the handler gets. */
const PROTOCOL_HEADERS =
  /^(?:te|trailer|transfer-encoding|content-(?:type|length|encoding)|accept-encoding|grpc-(?:timeout|encoding|accept-encoding)|connect-.*|idempotency-retention-period)$/;

function rpcHeaders(http: HttpRequest, { contentType, headers: more }: Payload): Header[] {
  const headers = handlerHeaders(http).filter(({ key }) => !PROTOCOL_HEADERS.test(key));
  headers.push({ key: "content-type", value: contentType }, ...more);
  return headers;
}
