import { buildEndpoint, type RestateEndpointBase } from "./builder.js";
import { Endpoint, type EndpointOptions } from "./endpoint.js";
import { createNodeHandler, type NodeHandler } from "./node-handlers.js";
import { createEndpointServer } from "./node-server.js";

/** What to serve, and where. */
export interface ServeOptions extends EndpointOptions {
  /** Default: the environment variable PORT, or 9080. */
  port?: number;
}

/** What to serve, and how it is talked to. */
export interface NodeEndpointOptions extends EndpointOptions {
  /**
   * true: results are exchanged while the handler runs. false: the whole journal comes with the request, and the handler
   * suspends where it has to wait. Default: true over HTTP/2, false over HTTP/1.1.
   */
  bidirectional?: boolean;
}

/**
 * Serves services to a Restate or Pawl server, over cleartext HTTP/2 and HTTP/1.1 on the same port, until the process ends.
 * `createEndpointServer` does the same and can be closed.
 *
 * @returns the port
 * @throws the error of the socket if it cannot listen, e.g. EADDRINUSE
 *
 * @example
 * ```ts
 * const greeter = pawl.service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * await pawl.serve({ services: [greeter] }); // PORT, or 9080
 * ```
 */
export async function serve(options: ServeOptions): Promise<number> {
  const server = await createEndpointServer(options);
  return server.port;
}

/**
 * A request listener for a server of your own, of node:http or node:http2.
 *
 * @param options.bidirectional true: results are exchanged while the handler runs. false: the whole journal comes with the
 *   request, and the handler suspends where it has to wait. Default: true over HTTP/2, false over HTTP/1.1.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http2";
 *
 * const greeter = pawl.service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * createServer(pawl.createEndpointHandler({ services: [greeter] })).listen(9080);
 * ```
 */
export function createEndpointHandler(options: NodeEndpointOptions): NodeHandler {
  return createNodeHandler(new Endpoint(options), options.bidirectional);
}

/** An endpoint for Node, built step by step. */
export interface RestateEndpoint extends RestateEndpointBase<RestateEndpoint> {
  /** Serves it; see `serve`. */
  listen(port?: number): Promise<number>;
  http2Handler(options?: { bidirectional?: boolean }): NodeHandler;
  http1Handler(options?: { bidirectional?: boolean }): NodeHandler;
  handler(options?: { bidirectional?: boolean }): NodeHandler;
}

/**
 * The same as `serve` and `createEndpointHandler`, step by step.
 *
 * @example
 * ```ts
 * const greeter = pawl.service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * await pawl.endpoint().bind(greeter).listen(9080);
 * ```
 */
export function endpoint(): RestateEndpoint {
  return buildEndpoint<RestateEndpoint>((options) => {
    const handler: RestateEndpoint["handler"] = (own) => createEndpointHandler({ ...options, ...own });
    return {
      listen: (port) => serve({ ...options, ...(port !== undefined && { port }) }),
      http2Handler: handler,
      http1Handler: handler,
      handler,
    };
  });
}
