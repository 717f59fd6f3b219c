import type { RequestHeaders } from "./endpoint.js";

/** The request inside of a Lambda event. */
export interface LambdaRequest {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: RequestHeaders;
  readonly body: Uint8Array;
}

/**
 * The fields that say something here. API Gateway's REST APIs (payload 1.0) and load balancers name the path `path`, HTTP APIs
 * (payload 2.0) and function URLs `rawPath`; a server that invokes the function directly sends the former.
 */
interface LambdaEvent {
  readonly path?: unknown;
  readonly rawPath?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** @returns undefined if the event is not one of an HTTP request */
export function parseLambdaEvent(event: unknown): LambdaRequest | undefined {
  if (typeof event !== "object" || event === null) return undefined;
  const { path, rawPath, headers, multiValueHeaders, body, isBase64Encoded } = event as LambdaEvent;
  const requested = path ?? rawPath;
  if (typeof requested !== "string") return undefined;
  return {
    path: requested,
    headers: { ...toLowerCase(multiValueHeaders), ...toLowerCase(headers) },
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

function toLowerCase(headers: LambdaEvent["headers"] | LambdaEvent["multiValueHeaders"]): RequestHeaders {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) && value.length === 1 ? value[0] : value,
    ]),
  );
}
