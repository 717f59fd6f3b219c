import { buildEndpoint, type RestateEndpointBase } from "./builder.js";
import { type CompleteAnswer, Endpoint, type EndpointOptions } from "./endpoint.js";
import { readBeyond, streamAttempt } from "./fetch-stream.js";

/** What to serve, and how it is talked to. */
export interface FetchEndpointOptions extends EndpointOptions {
  /**
   * true: results are exchanged while the handler runs; the platform must pass on the answer's bytes before the request's body
   * has ended. false: the whole journal comes with the request, and the handler suspends where it has to wait. Default: false.
   */
  bidirectional?: boolean;
}

/** What the platform passes beside the request is found in `ctx.request().extraArgs`. */
export type FetchHandler = (request: Request, ...extraArgs: unknown[]) => Promise<Response>;

/**
 * Serves services wherever requests come as a `Request` and are answered with a `Response`: Cloudflare Workers, Deno, Bun,
 * Vercel, Next.js.
 *
 * @throws TypeError on a definition without handlers, or two services of the same name
 *
 * @example
 * ```ts
 * import { createEndpointHandler, service } from "@pawl/sdk/fetch";
 *
 * const greeter = service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * export default { fetch: createEndpointHandler({ services: [greeter] }) };
 * ```
 */
export function createEndpointHandler(options: FetchEndpointOptions): FetchHandler {
  const endpoint = new Endpoint(options);
  const mode = options.bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE";
  return async (request, ...extraArgs) => {
    const answer = await endpoint.handleAsync({
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      mode,
      extraArgs,
    });
    if (answer.kind === "complete") return respond(answer);
    if (answer.kind === "exchange") {
      return respond(await answer.respond(await readBeyond(request.body, answer.maxBodyBytes)));
    }
    const { status, headers } = answer;
    const input = mode === "BIDI_STREAM" ? request.body : new Uint8Array(await request.arrayBuffer());
    return new Response(streamAttempt(input, request.signal, answer.start), { status, headers });
  };
}

const respond = ({ status, headers, body }: CompleteAnswer): Response =>
  new Response(body, { status, headers });

/** An endpoint for platforms with `fetch`, built step by step. */
export interface FetchEndpoint extends RestateEndpointBase<FetchEndpoint> {
  /** @param set default: true. See `FetchEndpointOptions.bidirectional`. */
  bidirectional(set?: boolean): FetchEndpoint;
  /** What Workers, Deno and Bun take as the default export of a module. */
  handler(): { fetch: FetchHandler };
}

/** The same as `createEndpointHandler`, step by step. */
export function endpoint(): FetchEndpoint {
  let bidirectional = false;
  return buildEndpoint<FetchEndpoint>((options, endpoint) => ({
    bidirectional: (set = true) => {
      bidirectional = set;
      return endpoint();
    },
    handler: () => ({ fetch: createEndpointHandler({ ...options, bidirectional }) }),
  }));
}
