import type { AddressInfo } from "node:net";
import type { BearerTokens } from "../access/bearer-tokens.js";
import { mayEnter } from "../access/entry.js";
import type { PortAccess } from "../access/port-access.js";
import { DualListener } from "../http/dual-listener.js";
import type { Exchange, HttpRequest } from "../http/exchange.js";
import type { Runtime } from "../node/runtime.js";
import type { Command } from "../partition/commands.js";
import { MessageError, parseJsonText } from "../protobuf/mapping.js";
import { isRouterEnvelope } from "../protobuf/payload.js";
import { corsHeaders, IngressError, sendBytes, sendError, sendJson } from "./answer.js";
import { readBody } from "./body.js";
import { refuseEntry, removeToken } from "./gate.js";
import { parseTargetBody, resolveAttachTarget, resolveAwakeable, toInvoke } from "./handlers.js";
import { type IngressMeter, meterNothing, statusOfError } from "./meter.js";
import {
  type AttachTarget,
  type CallStyleOf,
  type InvokeRoute,
  parsePath,
  type Route,
  type ServiceTypeOf,
} from "./paths.js";
import { AcceptedResponder, HttpResponder } from "./responders.js";
import type { RpcHost } from "./rpc/host.js";
import { callStyle } from "./rpc/methods.js";
import { isRpcContentType, protocolOf } from "./rpc/protocol.js";
import { handleJsonCall, handleRpc } from "./rpc/rpc.js";

export interface IngressOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly requestSizeLimitBytes: number;
  /** Requests that wait for an answer at a time; more are refused with 429. */
  readonly concurrentRequestsLimit: number;
  readonly now?: () => number;
  /** Who may call, and TLS. Default: everybody, in the clear. */
  readonly access?: PortAccess;
  /** Default: nobody counts. */
  readonly meter?: IngressMeter;
}

export interface Ingress {
  readonly host: string;
  readonly port: number;
  /** Connections that there ever were, and those that there are. */
  readonly connections: { readonly created: number; readonly open: number };
  /** Accepts nothing new, waits up to `timeoutMs` for answers under way, then drops what is left. */
  close(timeoutMs: number): Promise<void>;
}

/** Opens the port that callers use, for HTTP/1.1 and HTTP/2, both in the clear or both over TLS. */
export async function openIngress(runtime: Runtime, options: IngressOptions): Promise<Ingress> {
  const handler = new IngressHandler(runtime, options);
  const listener = new DualListener((exchange) => handler.handle(exchange), options.access);
  const { server } = listener;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: options.host,
    port,
    connections: listener.connections,
    close: (timeoutMs) => listener.close(timeoutMs),
  };
}

const HEALTH_PATH = "/restate/health";

class IngressHandler implements RpcHost {
  readonly requestSizeLimitBytes: number;
  readonly #tokens: BearerTokens | null;
  readonly meter: IngressMeter;
  readonly #typeOf: ServiceTypeOf;
  readonly #styleOf: CallStyleOf;
  #underWay = 0;

  constructor(
    readonly runtime: Runtime,
    readonly options: IngressOptions,
  ) {
    const { registry } = runtime;
    this.requestSizeLimitBytes = options.requestSizeLimitBytes;
    this.#tokens = options.access?.tokens ?? null;
    this.meter = options.meter ?? meterNothing;
    this.#typeOf = (service) => registry.serviceType(service);
    this.#styleOf = (service) => callStyle(registry, service);
  }

  now(): number {
    return this.options.now?.() ?? Date.now();
  }

  handle(exchange: Exchange): void {
    try {
      this.#route(exchange);
    } catch (error) {
      this.#answerError(exchange, error);
    }
  }

  #route(exchange: Exchange): void {
    const { request } = exchange;
    const url = request.url ?? "/";
    const question = url.indexOf("?");
    const path = question < 0 ? url : url.slice(0, question);
    const query = question < 0 ? "" : url.slice(question + 1);
    if (request.method === "OPTIONS") {
      sendBytes(exchange, 200, corsHeaders(request), new Uint8Array());
      return;
    }
    if (this.#tokens !== null) {
      if (!mayEnter(this.#tokens, request)) {
        // Load balancers have no token. They learn that the server is there, and nothing of what it serves.
        if (request.method === "GET" && path === HEALTH_PATH) sendJson(exchange, 200, {}, { services: [] });
        else refuseEntry(exchange);
        return;
      }
      removeToken(request);
    }
    if (isRpcContentType(request.headers["content-type"])) {
      handleRpc(this, exchange, path, query);
      return;
    }
    const route = parsePath(path, this.#typeOf, this.#styleOf);
    switch (route.kind) {
      case "rpc":
        handleRpc(this, exchange, path, query);
        return;
      case "invoke":
        allow(request, "POST", "GET");
        this.#withBody(exchange, (body) => this.#invoke(exchange, route, query, body));
        return;
      case "either":
        this.#either(exchange, route.invoke, path, query);
        return;
      case "attach":
      case "output":
        allow(request, "GET", "POST");
        this.#attach(exchange, route.kind, route.target);
        return;
      case "attachBody":
      case "outputBody":
      case "lookup":
        allow(request, "POST");
        this.#withBody(exchange, (body) => this.#withTarget(exchange, route.kind, body));
        return;
      case "awakeable":
        allow(request, "POST");
        this.#withBody(exchange, (body) => this.#awakeable(exchange, route, body));
        return;
      case "health":
        allow(request, "GET");
        sendJson(exchange, 200, {}, { services: this.runtime.registry.publicServices() });
        return;
      case "unknownService":
        throw new IngressError(
          404,
          `service '${route.service}' is not registered: register its deployment first`,
        );
      case "unknown":
        throw new IngressError(
          404,
          `there is nothing at ${path}${route.expected === undefined ? "" : `: ${route.expected}`}`,
        );
      case "bad":
        throw new IngressError(400, route.reason);
    }
  }

  /** A router without keys: its documented callers say "request", all others send what the handler gets. */
  #either(exchange: Exchange, route: InvokeRoute, path: string, query: string): void {
    const { request } = exchange;
    const protocol = protocolOf(request.headers["content-type"]);
    if (protocol?.codec === "binary") {
      handleRpc(this, exchange, path, query);
      return;
    }
    allow(request, "POST", "GET");
    this.#withBody(exchange, (body) => {
      if (request.method === "POST" && protocol !== undefined && isEnvelope(body))
        handleJsonCall(this, exchange, path, body);
      else this.#invoke(exchange, route, query, body);
    });
  }

  #invoke(exchange: Exchange, route: InvokeRoute, query: string, body: Uint8Array): void {
    const { registry } = this.runtime;
    const newId = (key: string | null): string => this.runtime.newInvocationId(key);
    const invoke = toInvoke(registry, newId, route, exchange.request, query, body, this.now());
    exchange.target = invoke.target;
    this.#ask(exchange, invoke.id, (responder) => ({ kind: "request", invoke, mode: route.mode, responder }));
  }

  #attach(exchange: Exchange, kind: "attach" | "output", target: AttachTarget): void {
    const id = resolveAttachTarget(target);
    const command = kind === "attach" ? "attachRequest" : "outputRequest";
    this.#ask(exchange, id, (responder) => ({ kind: command, id, responder }));
  }

  #withTarget(exchange: Exchange, kind: "attachBody" | "outputBody" | "lookup", body: Uint8Array): void {
    const target = parseTargetBody(body);
    if (kind === "lookup") sendJson(exchange, 200, {}, { invocationId: resolveAttachTarget(target) });
    else this.#attach(exchange, kind === "attachBody" ? "attach" : "output", target);
  }

  #awakeable(exchange: Exchange, route: Extract<Route, { kind: "awakeable" }>, body: Uint8Array): void {
    const { id, index } = resolveAwakeable(route.id);
    this.enter();
    const responder = new AcceptedResponder(exchange, this.meter, () => this.leave());
    this.runtime.submit({
      kind: "signalRequest",
      id,
      signal: { kind: "signal", index },
      result:
        route.action === "resolve"
          ? { kind: "value", value: body }
          : { kind: "failure", failure: { code: 500, message: Buffer.from(body).toString() } },
      responder,
    });
  }

  /** Asks the core; if the client goes away before the answer, nobody waits any more. */
  #ask(exchange: Exchange, id: string, toCommand: (responder: HttpResponder) => Command): void {
    this.enter();
    const responder = new HttpResponder(exchange, this.runtime.registry, this.meter, () => this.leave());
    exchange.response.once("close", () => {
      if (responder.isAnswered) return;
      responder.isAnswered = true;
      this.leave();
      this.runtime.submit({ kind: "detach", id, responder });
    });
    this.runtime.submit(toCommand(responder));
  }

  enter(): void {
    const { concurrentRequestsLimit } = this.options;
    if (this.#underWay >= concurrentRequestsLimit) {
      throw new IngressError(
        429,
        `more than ${concurrentRequestsLimit} requests are under way: try again later`,
        {
          "retry-after": "1",
        },
      );
    }
    this.#underWay++;
  }

  leave(): void {
    this.#underWay--;
  }

  #withBody(exchange: Exchange, use: (body: Uint8Array) => void): void {
    readBody(exchange.request, this.options.requestSizeLimitBytes, (error, body) => {
      if (error !== null) {
        this.meter.answered(exchange, statusOfError(error.status));
        sendError(exchange, error);
        return;
      }
      try {
        use(body);
      } catch (thrown) {
        this.#answerError(exchange, thrown);
      }
    });
  }

  #answerError(exchange: Exchange, error: unknown): void {
    // A body that nobody wants must still be read, or the connection cannot be used again.
    exchange.request.resume();
    const known = error instanceof IngressError ? error : internalError(error);
    this.meter.answered(exchange, statusOfError(known.status));
    sendError(exchange, known);
  }
}

function isEnvelope(body: Uint8Array): boolean {
  try {
    return isRouterEnvelope(parseJsonText(body));
  } catch (error) {
    if (error instanceof MessageError) return false;
    throw error;
  }
}

function allow(request: HttpRequest, ...methods: readonly string[]): void {
  if (methods.includes(request.method ?? "")) return;
  throw new IngressError(405, `${request.method} is not allowed here: use ${methods.join(" or ")}`, {
    allow: methods.join(", "),
  });
}

function internalError(error: unknown): IngressError {
  return new IngressError(500, `internal error: ${error instanceof Error ? error.message : error}`);
}
