import { type HandlerFunction, wrapHandler } from "../../definitions/handler.js";
import { object, service } from "../../definitions/service.js";
import type { AnyDefinition } from "../../endpoint/endpoint.js";
import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import { serde } from "../../serde.js";
import { ProtoContext } from "../context/proto-context.js";
import { bigintJson } from "../context/state-serde.js";
import { type RouterKind, rememberRouter } from "./arguments.js";
import { Event, KeyedEventHandler } from "./event.js";
import type { KeyedRouter, UnKeyedRouter } from "./types.js";

/**
 * Tells a server that a JSON service is a router: its ingress then also takes `{"key", "request"}` and answers
 * `{"response"}`. The value is `keyed` or `unkeyed`.
 */
export const ROUTER_METADATA = "dev.pawl.router";

/** Routes without keys, by name: `async (ctx, request) => response`. */
export function router<M extends UnKeyedRouter>(routes: M): M {
  return requireRoutes(routes);
}

/** Routes with keys, by name: `async (ctx, key, request) => response`. Those of the same key run one at a time. */
export function keyedRouter<M extends KeyedRouter>(routes: M): M {
  return requireRoutes(routes);
}

/** The service that serves a router. @throws TypeError when a name is not allowed */
export function routerService(path: string, routes: UnKeyedRouter): AnyDefinition {
  const handlers = mapRoutes(routes, (name, route) => {
    if (route instanceof KeyedEventHandler) {
      throw new TypeError(
        `The route ${path}/${name} takes events: those have keys. Bind it with a keyedRouter.`,
      );
    }
    return wrapHandler("service", (ctx, input) => route(ctx, input), OPTIONS, createContext);
  });
  const definition = service({ name: path, metadata: metadataOf("unkeyed"), handlers } as never);
  rememberRouter(path, "unkeyed");
  return definition;
}

/** The object that serves a keyed router. @throws TypeError when a name is not allowed */
export function keyedRouterObject(path: string, routes: KeyedRouter): AnyDefinition {
  const handlers = mapRoutes(routes, (_, route) =>
    route instanceof KeyedEventHandler
      ? wrapHandler("exclusive", toEventFunction(route), EVENT_OPTIONS, createContext)
      : wrapHandler("exclusive", toKeyedFunction(route), OPTIONS, createContext),
  );
  const definition = object({ name: path, metadata: metadataOf("keyed"), handlers } as never);
  rememberRouter(path, "keyed");
  return definition;
}

const OPTIONS = { input: serde.json, output: serde.json, serde: bigintJson };
const EVENT_OPTIONS = { ...OPTIONS, input: serde.binary, output: serde.empty, accept: "*/*" };

const createContext = (parts: ConstructorParameters<typeof ProtoContext>[0]): ProtoContext =>
  new ProtoContext(parts);

const metadataOf = (kind: RouterKind): Record<string, string> => ({ [ROUTER_METADATA]: kind });

type Route = (ctx: ProtoContext, ...args: unknown[]) => Promise<unknown>;

function toKeyedFunction(route: Route): HandlerFunction {
  return async (ctx: ProtoContext, input) => {
    const { target } = ctx.request();
    if (ctx.key === "") {
      throw new TerminalError(`${target.service}.${target.handler} is keyed, and was called without a key.`, {
        errorCode: ErrorCodes.INVALID_ARGUMENT,
      });
    }
    return route(ctx, ctx.key, input);
  };
}

function toEventFunction(route: KeyedEventHandler): HandlerFunction {
  return async (ctx: ProtoContext, payload: Uint8Array) => {
    const attributes = Object.fromEntries(ctx.request().headers);
    await route.handle(ctx, new Event(ctx.key, Buffer.from(payload), attributes));
  };
}

function mapRoutes(
  routes: object,
  toHandler: (name: string, route: Route | KeyedEventHandler) => HandlerFunction,
): Record<string, HandlerFunction> {
  const handlers: Record<string, HandlerFunction> = {};
  for (const [name, route] of Object.entries(requireRoutes(routes))) {
    if (typeof route !== "function" && !(route instanceof KeyedEventHandler)) {
      throw new TypeError(`The route ${name} is not a function.`);
    }
    handlers[name] = toHandler(name, route as Route | KeyedEventHandler);
  }
  return handlers;
}

function requireRoutes<M extends object>(routes: M | undefined | null): M {
  if (routes === undefined || routes === null) throw new TypeError("router must be defined");
  return routes;
}
