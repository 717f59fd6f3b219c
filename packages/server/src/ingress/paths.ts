import type { ServiceType } from "../registry/schema.js";
import { scopeRefusal } from "./flow-control.js";

/** What a request is for, from its path alone. Source of the paths: Restate 1.7 as observed, docs/compatibility.md. */
export type Route =
  | InvokeRoute
  | {
      readonly kind: "attach" | "output";
      readonly target: AttachTarget;
    }
  /** The same with the target in the body. */
  | { readonly kind: "attachBody" | "outputBody" | "lookup" }
  | { readonly kind: "awakeable"; readonly id: string; readonly action: "resolve" | "reject" }
  /** `/{service}/{method}` of a proto service. */
  | { readonly kind: "rpc" }
  /** The same of a service that is called either way. */
  | { readonly kind: "either"; readonly invoke: InvokeRoute }
  | { readonly kind: "health" }
  | { readonly kind: "unknownService"; readonly service: string }
  /** No such route. `expected`: how the service that it names is called. */
  | { readonly kind: "unknown"; readonly expected?: string }
  /** Not a path that could name anything. */
  | { readonly kind: "bad"; readonly reason: string };

export interface InvokeRoute {
  readonly kind: "invoke";
  readonly mode: "call" | "send";
  readonly service: string;
  readonly key: string | null;
  readonly handler: string;
}

export type AttachTarget =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "workflow"; readonly workflow: string; readonly key: string }
  | {
      readonly kind: "idempotent";
      readonly service: string;
      readonly key: string | null;
      readonly handler: string;
      readonly idempotencyKey: string;
    };

/** How the router learns whether a service has keys. */
export type ServiceTypeOf = (service: string) => ServiceType | undefined;

/** Proto services have the key in the body, JSON services in the path. */
export type CallStyle = "rpc" | "plain" | "either";

/** How the router learns in which way a service is called. */
export type CallStyleOf = (service: string) => CallStyle;

const MAX_SEGMENTS = 7;
const UNKNOWN: Route = { kind: "unknown" };
const RPC: Route = { kind: "rpc" };
const RPC_SEGMENTS = 2;

/** @param path without the query, percent-encoded */
export function parsePath(path: string, typeOf: ServiceTypeOf, styleOf: CallStyleOf = () => "plain"): Route {
  const trimmed = path.endsWith("/") ? path.slice(1, -1) : path.slice(1);
  const segments = trimmed.split("/");
  if (segments.length < 2 || segments.length > MAX_SEGMENTS) {
    return {
      kind: "bad",
      reason: `bad path ${path}: expected /{service}/{handler} or /{object}/{key}/{handler}`,
    };
  }
  let parts: string[];
  try {
    parts = path.includes("%") ? segments.map(decodeURIComponent) : segments;
  } catch {
    return { kind: "bad", reason: `bad path ${path}: it is not percent-encoded UTF-8` };
  }
  if (parts[0] === "restate") return parseBuiltIn(parts.slice(1), typeOf);
  const style = parts.length === RPC_SEGMENTS ? styleOf(parts[0] as string) : "plain";
  if (style === "rpc") return RPC;
  const route = parseTarget(parts, typeOf);
  return style === "either" && route.kind === "invoke" ? { kind: "either", invoke: route } : route;
}

function parseTarget(parts: readonly string[], typeOf: ServiceTypeOf, fixedMode?: "call" | "send"): Route {
  const service = parts[0] as string;
  const type = typeOf(service);
  if (type === undefined) return { kind: "unknownService", service };
  const rest = parts.slice(1);
  const key = type === "Service" ? null : (rest.shift() ?? null);
  const handler = rest.shift();
  if (handler === undefined || handler === "") return unknownOf(service, type);
  if (fixedMode !== undefined) {
    return rest.length === 0
      ? { kind: "invoke", mode: fixedMode, service, key, handler }
      : unknownOf(service, type);
  }
  if (rest.length === 0) return { kind: "invoke", mode: "call", service, key, handler };
  if (rest.length === 1 && rest[0] === "send") return { kind: "invoke", mode: "send", service, key, handler };
  return unknownOf(service, type);
}

function unknownOf(service: string, type: ServiceType): Route {
  const path = type === "Service" ? `/${service}/{handler}` : `/${service}/{key}/{handler}`;
  return { kind: "unknown", expected: `${service} is a ${type}, called at ${path} or ${path}/send` };
}

function parseBuiltIn(parts: readonly string[], typeOf: ServiceTypeOf): Route {
  const [head, ...rest] = parts;
  switch (head) {
    case "health":
      return rest.length === 0 ? { kind: "health" } : UNKNOWN;
    case "call":
    case "send":
      return rest.length >= 2 ? parseTarget(rest, typeOf, head) : UNKNOWN;
    case "scope":
      return rest.length >= 3 && (rest[1] === "call" || rest[1] === "send")
        ? { kind: "bad", reason: scopeRefusal(rest[0] as string) }
        : UNKNOWN;
    case "awakeables":
    case "a": {
      const [id, action] = rest;
      if (rest.length !== 2 || id === undefined || (action !== "resolve" && action !== "reject"))
        return UNKNOWN;
      return { kind: "awakeable", id, action };
    }
    case "attach":
    case "output": {
      const [id] = rest;
      if (id === undefined) return { kind: head === "attach" ? "attachBody" : "outputBody" };
      return rest.length === 1 ? { kind: head, target: { kind: "id", id } } : UNKNOWN;
    }
    case "lookup":
      return rest.length === 0 ? { kind: "lookup" } : UNKNOWN;
    case "workflow":
      return parseWorkflow(rest);
    case "invocation":
      return parseInvocation(rest, typeOf);
    default:
      return UNKNOWN;
  }
}

function isAttachAction(action: string | undefined): action is "attach" | "output" {
  return action === "attach" || action === "output";
}

function parseWorkflow(rest: readonly string[]): Route {
  const [workflow, key, action] = rest;
  if (rest.length !== 3 || workflow === undefined || key === undefined || !isAttachAction(action))
    return UNKNOWN;
  return { kind: action, target: { kind: "workflow", workflow, key } };
}

function parseInvocation(rest: readonly string[], typeOf: ServiceTypeOf): Route {
  const action = rest.at(-1);
  if (!isAttachAction(action)) return UNKNOWN;
  const [first, ...more] = rest.slice(0, -1);
  if (first === undefined) return UNKNOWN;
  if (more.length === 0) return { kind: action, target: { kind: "id", id: first } };
  const type = typeOf(first);
  if (type === undefined) return { kind: "unknownService", service: first };
  const key = type === "Service" ? null : (more.shift() ?? null);
  const [handler, idempotencyKey] = more;
  if (more.length !== 2 || handler === undefined || idempotencyKey === undefined) return UNKNOWN;
  return { kind: action, target: { kind: "idempotent", service: first, key, handler, idempotencyKey } };
}
