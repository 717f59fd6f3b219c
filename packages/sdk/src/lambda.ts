/** @pawl/sdk/lambda: the SDK for AWS Lambda. */
export {
  createEndpointHandler,
  endpoint,
  type LambdaEndpoint,
  type LambdaHandler,
  type LambdaResponse,
} from "./endpoint/lambda-handler.js";
export * from "./index.js";
