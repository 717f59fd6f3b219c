/** @pawl/sdk/lambda: the SDK for AWS Lambda. */
export {
  createEndpointHandler,
  endpoint,
  type LambdaEndpoint,
  type LambdaHandler,
  type LambdaResponse,
} from "./endpoint/lambda-handler.js";
export type { RestateEndpoint } from "./endpoint/serve.js";
export * from "./index.js";
