import { InvokerContext } from "./context.js";
import type { HttpEndpoint } from "./endpoint.js";
import { EndpointRoute } from "./endpoint-route.js";
import { failedAttempt, NO_ATTEMPT } from "./failed-attempt.js";
import { unusableRequest } from "./failures.js";
import { Http1Attempt } from "./http1-attempt.js";
import { Http1Client } from "./http1-client.js";
import { Http2Attempt } from "./http2-attempt.js";
import { Http2Pool } from "./http2-pool.js";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "./invoker.js";
import type { HttpInvokerOptions } from "./options.js";

/**
 * Runs attempts over HTTP/2 and HTTP/1.1. An `Endpoint` is understood once per object: pass the same object for all
 * attempts on a deployment, and a new one after its address or headers changed.
 *
 * Attempts are request/response where the endpoint is, over HTTP/1.1, and where the inactivity timeout is 0.
 */
export function createHttpInvoker(options: HttpInvokerOptions = {}): Invoker<HttpEndpoint> {
  return new HttpInvoker(new InvokerContext(options));
}

class HttpInvoker implements Invoker<HttpEndpoint> {
  readonly #context: InvokerContext;
  readonly #routes = new WeakMap<HttpEndpoint, EndpointRoute>();
  // By origin: deployments that differ in path or headers only share their connections.
  readonly #http2Pools = new Map<string, Http2Pool>();
  readonly #http1Clients = new Map<string, Http1Client>();

  constructor(context: InvokerContext) {
    this.#context = context;
  }

  start(request: AttemptRequest<HttpEndpoint>, events: AttemptEvents): Attempt {
    if (this.#context.isClosed) return NO_ATTEMPT;
    const { endpoint } = request;
    const { requestHeaders, identity } = this.#context.limits;
    let route = this.#routes.get(endpoint);
    if (route === undefined) {
      try {
        route = new EndpointRoute(endpoint, requestHeaders, identity);
      } catch (error) {
        return failedAttempt(events, unusableRequest(endpoint.uri, error));
      }
      this.#routes.set(endpoint, route);
    }
    return endpoint.httpVersion === "HTTP/2.0"
      ? this.#startHttp2(request, events, route)
      : this.#startHttp1(request, events, route);
  }

  async close(): Promise<void> {
    if (this.#context.isClosed) return;
    this.#context.isClosed = true;
    this.#context.deadlines.stop();
    for (const client of this.#http1Clients.values()) client.destroy();
    await Promise.all([...this.#http2Pools.values()].map((pool) => pool.destroy()));
  }

  #startHttp2(request: AttemptRequest<HttpEndpoint>, events: AttemptEvents, route: EndpointRoute): Attempt {
    let pool = this.#http2Pools.get(route.origin);
    if (pool === undefined) {
      pool = new Http2Pool(this.#context, route.base);
      this.#http2Pools.set(route.origin, pool);
    }
    const isBidi = request.endpoint.protocolType === "BidiStream" && request.inactivityTimeoutMs > 0;
    const attempt = new Http2Attempt(this.#context, route.target(request), request, events, pool, isBidi);
    pool.enter(attempt);
    return attempt;
  }

  #startHttp1(request: AttemptRequest<HttpEndpoint>, events: AttemptEvents, route: EndpointRoute): Attempt {
    let client = this.#http1Clients.get(route.origin);
    if (client === undefined) {
      client = new Http1Client(this.#context, route.base);
      this.#http1Clients.set(route.origin, client);
    }
    const attempt = new Http1Attempt(this.#context, route.target(request), request, events, client);
    client.enter(attempt);
    return attempt;
  }
}
