import { formatInvocationId, ProtocolError, parseAwakeableId, parseInvocationId } from "@pawl/protocol";
import { parseDurationMs } from "../config/duration.js";
import type { HttpRequest } from "../http/exchange.js";
import type { InvokeMessage } from "../partition/commands.js";
import { derivedId, idempotentId, retentionOf, workflowRunId } from "../partition/identity.js";
import type { Target } from "../partition/model.js";
import type { SchemaRegistry } from "../registry/registry.js";
import { HandlerKind, InvokedBy } from "../store/store.js";
import { traceHeaders } from "../telemetry/tracing/trace-context.js";
import { IngressError } from "./answer.js";
import { refuseLimitKey, scopeRefusal } from "./flow-control.js";
import { handlerHeaders, singleHeader } from "./headers.js";
import { idempotencyOf, withRetention } from "./idempotency.js";
import { checkInput } from "./input.js";
import type { AttachTarget, InvokeRoute } from "./paths.js";

/**
 * A request as the core wants it.
 * @throws IngressError for everything that a client can get wrong
 */
export function toInvoke(
  registry: SchemaRegistry,
  newInvocationId: (key: string | null) => string,
  route: InvokeRoute,
  request: HttpRequest,
  query: string,
  body: Uint8Array,
  now: number,
): InvokeMessage {
  const { service, key, handler, mode } = route;
  const resolved = registry.handler(service, handler);
  if (resolved === undefined) {
    throw new IngressError(404, `service '${service}' has no handler '${handler}'`);
  }
  if (!resolved.isPublic) {
    throw new IngressError(
      400,
      `'${service}/${handler}' is private: it can be called by services, not from outside`,
    );
  }
  refuseLimitKey(request, query);
  const scheduledFor = parseDelay(query, mode, now);
  const idempotency = idempotencyOf(request);
  if (idempotency !== null && resolved.kind === HandlerKind.WorkflowRun) {
    throw new IngressError(
      400,
      "a workflow's run takes no idempotency key: the workflow's key is one already",
    );
  }
  checkInput(resolved.input, singleHeader(request, "content-type"), body);
  const target: Target = { service, handler, key, kind: resolved.kind };
  const idempotencyKey = idempotency?.key ?? null;
  const derived = derivedId(target, idempotencyKey);
  return {
    kind: "invoke",
    id: derived ?? newInvocationId(key),
    isDerivedId: derived !== null,
    target,
    headers: handlerHeaders(request),
    input: body,
    idempotencyKey,
    invokedBy: InvokedBy.Ingress,
    invokedById: null,
    invokedByTarget: null,
    scheduledFor,
    ...traceHeaders(singleHeader(request, "traceparent"), singleHeader(request, "tracestate")),
    ...retentionOf(withRetention(registry, resolved, idempotency?.retentionMs ?? null), idempotencyKey),
    waiter: null,
  };
}

function parseDelay(query: string, mode: "call" | "send", now: number): number | null {
  if (query === "") return null;
  const text = new URLSearchParams(query).get("delay");
  if (text === null) return null;
  if (mode === "call") {
    throw new IngressError(400, "a call cannot be delayed: use .../send?delay= and attach to the invocation");
  }
  const delay = parseDurationMs(text);
  if (delay === undefined) {
    throw new IngressError(400, `bad delay '${text}': write 10s, 1h 5m, 600ms or PT10S`);
  }
  return delay === 0 ? null : now + delay;
}

/** @throws IngressError 400 when it is no id */
export function resolveAttachTarget(target: AttachTarget): string {
  switch (target.kind) {
    case "id":
      return parseId(target.id, (text) => formatInvocationId(parseInvocationId(text)), "invocation id");
    case "workflow":
      return workflowRunId(target.workflow, target.key);
    case "idempotent":
      return idempotentId(target, target.idempotencyKey);
  }
}

/** @throws IngressError 400 when it is no id */
export function resolveAwakeable(text: string): { readonly id: string; readonly index: number } {
  const { invocationId, signalIndex } = parseId(text, parseAwakeableId, "awakeable id");
  return { id: formatInvocationId(invocationId), index: signalIndex };
}

function parseId<T>(text: string, parse: (text: string) => T, what: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new IngressError(400, `bad ${what} '${text}': ${error.message}`);
    throw error;
  }
}

/**
 * The target in the body of /restate/attach, /restate/output and /restate/lookup. Source: Restate 1.7 as observed, docs/compatibility.md.
 * @throws IngressError 400
 */
export function parseTargetBody(body: Uint8Array): AttachTarget {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new IngressError(400, "bad body: it is not JSON");
  }
  const fields = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value !== "string") throw new IngressError(400, `bad body: '${name}' must be a string`);
    return value;
  };
  if (fields.scope !== undefined && fields.scope !== null)
    throw new IngressError(400, scopeRefusal(text("scope")));
  switch (fields.target) {
    case "invocation":
      return { kind: "id", id: text("invocationId") };
    case "workflow":
      return { kind: "workflow", workflow: text("workflowName"), key: text("workflowKey") };
    case "idempotentInvocation":
      return {
        kind: "idempotent",
        service: text("service"),
        key: fields.key === undefined ? null : text("key"),
        handler: text("handler"),
        idempotencyKey: text("idempotencyKey"),
      };
    default:
      throw new IngressError(
        400,
        "bad body: 'target' must be one of invocation, workflow, idempotentInvocation",
      );
  }
}
