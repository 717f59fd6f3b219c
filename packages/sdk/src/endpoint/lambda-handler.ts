import type { ProtocolMode } from "@pawl/protocol";
import { zstd } from "@pawl/protocol/zstd";
import { toError } from "../errors.js";
import type { Attempt, OutputSink } from "../runtime/attempt.js";
import { buildEndpoint, type RestateEndpointBase } from "./builder.js";
import { type CompleteAnswer, Endpoint, type EndpointOptions, failure } from "./endpoint.js";
import { type LambdaRequest, parseLambdaEvent } from "./lambda-event.js";

/** Lambda answers at most 6 MB, of which base64 takes a third. Larger answers are compressed if the server takes it. */
const COMPRESS_ABOVE_BYTES = 3 * 1024 * 1024;
const MODE: ProtocolMode = "REQUEST_RESPONSE";

/** What Lambda gives back to whom it was called by. */
export interface LambdaResponse {
  statusCode: number;
  headers: Record<string, string>;
  /** Base64. */
  body: string;
  isBase64Encoded: true;
}

/**
 * @param event of API Gateway (REST or HTTP API), of a function URL, or of a server that invokes the function directly
 * @param context Lambda's, found in `ctx.request().extraArgs[0]`
 */
export type LambdaHandler = (event: unknown, context: unknown) => Promise<LambdaResponse>;

/**
 * Serves services as an AWS Lambda function. The whole journal comes with each event, and the handler suspends where it has to
 * wait.
 *
 * @throws TypeError on a definition without handlers, or two services of the same name
 *
 * @example
 * ```ts
 * import { createEndpointHandler, service } from "@pawl/sdk/lambda";
 *
 * const greeter = service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * export const handler = createEndpointHandler({ services: [greeter] });
 * ```
 */
export function createEndpointHandler(options: EndpointOptions): LambdaHandler {
  const endpoint = new Endpoint(options);
  return async (event, context) => {
    const request = parseLambdaEvent(event);
    if (request === undefined) {
      return respond(
        failure(400, "The event is not an HTTP request: it has neither 'path' nor 'rawPath'."),
        "",
      );
    }
    const { path, headers } = request;
    const answer = await endpoint.handleAsync({
      path,
      headers,
      mode: MODE,
      ...(zstd && { lambdaCompression: "zstd" }),
      extraArgs: [context],
      ...logContextOf(context),
    });
    const acceptEncoding = String(headers["accept-encoding"] ?? "");
    if (answer.kind === "complete") return respond(answer, acceptEncoding);
    let body: Uint8Array;
    try {
      body = unpack(request);
    } catch (error) {
      return respond(failure(500, `The request's body cannot be unpacked: ${toError(error).message}`), "");
    }
    if (answer.kind === "exchange") return respond(await answer.respond(body), acceptEncoding);
    return respond({ ...answer, body: await run(answer.start, body) }, acceptEncoding);
  };
}

/** Lambda's id of the request, for log messages. */
function logContextOf(context: unknown): { additionalContext?: Record<string, string> } {
  const { awsRequestId } = (context ?? {}) as { readonly awsRequestId?: unknown };
  return typeof awsRequestId === "string" ? { additionalContext: { AWSRequestId: awsRequestId } } : {};
}

/** @throws Error if it is compressed in a way that is not known here, or broken */
function unpack({ headers, body }: LambdaRequest): Uint8Array {
  const encoding = headers["content-encoding"];
  if (encoding === undefined) return body;
  if (encoding !== "zstd") throw new Error(`content-encoding '${encoding}' is not known, only zstd is.`);
  if (zstd === undefined) throw new Error("zstd needs Node 22.15 or newer.");
  return zstd.decompress(body);
}

/** @returns all that the attempt says */
function run(start: (sink: OutputSink) => Attempt, body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const attempt = start({
      write: (bytes) => {
        chunks.push(bytes);
        return true;
      },
      end: (bytes) => resolve(Buffer.concat(bytes === undefined ? chunks : [...chunks, bytes])),
    });
    attempt.receive(body);
    attempt.receiveEnd();
  });
}

function respond(
  { status, headers, body }: Omit<CompleteAnswer, "kind">,
  acceptEncoding: string,
): LambdaResponse {
  const compress = body.length > COMPRESS_ABOVE_BYTES && acceptEncoding.includes("zstd") ? zstd : undefined;
  const sent = compress === undefined ? body : compress.compress(body);
  return {
    statusCode: status,
    headers: { ...headers, ...(compress && { "content-encoding": "zstd" }) },
    body: Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength).toString("base64"),
    isBase64Encoded: true,
  };
}

/** An endpoint for AWS Lambda, built step by step. */
export interface LambdaEndpoint extends RestateEndpointBase<LambdaEndpoint> {
  handler(): LambdaHandler;
}

/** The same as `createEndpointHandler`, step by step. */
export function endpoint(): LambdaEndpoint {
  return buildEndpoint<LambdaEndpoint>((options) => ({ handler: () => createEndpointHandler(options) }));
}
