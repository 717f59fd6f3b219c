/** @pawl/sdk and @pawl/sdk/node: the SDK for Node, with an HTTP server. */
export type { NodeHandler } from "./endpoint/node-handlers.js";
export {
  createEndpointServer,
  type EndpointServer,
  type EndpointServerOptions,
} from "./endpoint/node-server.js";
export {
  createEndpointHandler,
  endpoint,
  type NodeEndpointOptions,
  type RestateEndpoint,
  type ServeOptions,
  serve,
} from "./endpoint/serve.js";
export * from "./index.js";
