import type { JournalValueCodec } from "../journal-codec.js";
import type { LoggerTransport } from "../logging/logger.js";
import {
  type AnyDefinition,
  type DefaultServiceOptions,
  Endpoint,
  type EndpointOptions,
} from "./endpoint.js";
import { createNodeHandler, type NodeHandler } from "./node-handlers.js";
import { createEndpointServer } from "./node-server.js";

/**
 * Serves services to a Restate or Pawl server, over cleartext HTTP/2 and HTTP/1.1 on the same port, until the process ends.
 * `createEndpointServer` does the same and can be closed.
 *
 * @param options.port default: the environment variable PORT, or 9080
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
export async function serve(options: EndpointOptions & { port?: number }): Promise<number> {
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
export function createEndpointHandler(options: EndpointOptions & { bidirectional?: boolean }): NodeHandler {
  return createNodeHandler(new Endpoint(options), options.bidirectional);
}

/** Builds an endpoint step by step. */
export interface RestateEndpoint {
  bind(definition: AnyDefinition): RestateEndpoint;
  defaultServiceOptions(options: DefaultServiceOptions): RestateEndpoint;
  setLogger(logger: LoggerTransport): RestateEndpoint;
  /** Only servers with one of these keys may call; see `EndpointOptions.identityKeys`. */
  withIdentityV1(...keys: string[]): RestateEndpoint;
  /** See `EndpointOptions.journalValueCodecProvider`. */
  journalValueCodecProvider(provider: () => Promise<JournalValueCodec>): RestateEndpoint;
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
  const options: EndpointOptions = { services: [] };
  const handler = (handlerOptions?: { bidirectional?: boolean }): NodeHandler =>
    createEndpointHandler({ ...options, ...handlerOptions });
  const builder: RestateEndpoint = {
    bind: (definition) => {
      options.services.push(definition);
      return builder;
    },
    defaultServiceOptions: (defaults) => {
      options.defaultServiceOptions = defaults;
      return builder;
    },
    setLogger: (logger) => {
      options.logger = logger;
      return builder;
    },
    withIdentityV1: (...keys) => {
      options.identityKeys = [...(options.identityKeys ?? []), ...keys];
      return builder;
    },
    journalValueCodecProvider: (provider) => {
      options.journalValueCodecProvider = provider;
      return builder;
    },
    listen: (port) => serve({ ...options, ...(port !== undefined && { port }) }),
    http2Handler: handler,
    http1Handler: handler,
    handler,
  };
  return builder;
}
