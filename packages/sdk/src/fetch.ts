/**
 * @pawl/sdk/fetch: the SDK for platforms with web standards alone: Cloudflare Workers, Deno, Bun, Vercel. Nothing of Node is
 * imported from here.
 */
export {
  createEndpointHandler,
  endpoint,
  type FetchEndpoint,
  type FetchEndpointOptions,
  type FetchHandler,
} from "./endpoint/fetch-handler.js";
// The type alone: programs name it, whatever they run on.
export type { RestateEndpoint } from "./endpoint/serve.js";
export * from "./index.js";
