import { type Endpoint, type HttpEndpoint, isLambda, type LambdaEndpoint } from "./endpoint.js";
import type { AttemptRequest, Invoker } from "./invoker.js";

/** Runs attempts where their endpoint is. */
export function createRemoteInvoker(http: Invoker<HttpEndpoint>, lambda: Invoker<LambdaEndpoint>): Invoker {
  return {
    start: (request, events) =>
      isOnLambda(request)
        ? lambda.start(request, events)
        : http.start(request as AttemptRequest<HttpEndpoint>, events),
    close: async () => {
      await Promise.all([http.close(), lambda.close()]);
    },
  };
}

function isOnLambda(request: AttemptRequest<Endpoint>): request is AttemptRequest<LambdaEndpoint> {
  return isLambda(request.endpoint);
}
