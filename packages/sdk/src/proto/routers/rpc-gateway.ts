import type { ContextImpl } from "../../runtime/context-impl.js";
import { serde } from "../../serde.js";
import { packArguments } from "./arguments.js";
import type { RpcClient, RpcSendClient } from "./types.js";

/** Where the routes of a router are, and their types: `const greeterApi: ServiceApi<typeof greeter> = { path: "greeter" }`. */
export type ServiceApi<M = unknown> = {
  readonly path: string;
  /**
   * Whether the router is a keyed one. Needed for keyed routers of other processes whose routes take no request: a call
   * with one argument looks like one without a key.
   */
  readonly keyed?: boolean;
  readonly __routes?: M;
};

/** Clients for the routes of routers. */
export interface RpcGateway {
  /** Await the result of the call. */
  rpc<M>(api: ServiceApi<M>): RpcClient<M>;
  /** One-way calls. */
  send<M>(api: ServiceApi<M>): RpcSendClient<M>;
  /** One-way calls that are executed later. */
  sendDelayed<M>(api: ServiceApi<M>, delayMillis: number): RpcSendClient<M>;
}

export type ClientOptions =
  | { readonly kind: "call" }
  | { readonly kind: "send"; readonly delayMillis: number };

/** A client with any route: each is called by its name. */
export function createRpcClient(
  ctx: ContextImpl,
  { path, keyed }: ServiceApi,
  options: ClientOptions,
): object {
  const kind = keyed === undefined ? undefined : keyed ? "keyed" : "unkeyed";
  return new Proxy(Object.freeze({}), {
    get: (_, route) => {
      // A client is no promise, even if it is returned from an async function.
      if (typeof route !== "string" || route === "then") return undefined;
      return (...args: unknown[]): unknown => {
        const call = {
          service: path,
          method: route,
          inputSerde: serde.json,
          ...packArguments(path, route, args, kind),
        };
        if (options.kind === "call") return ctx.genericCall({ ...call, outputSerde: serde.json });
        ctx.genericSend({ ...call, delay: options.delayMillis });
        return undefined;
      };
    },
  });
}
