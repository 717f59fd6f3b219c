import type { IncomingHttpHeaders } from "node:http";
import type { BearerTokens } from "./bearer-tokens.js";

/** What is asked of a request: its head. */
interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  readonly httpVersionMajor: number;
}

/** Larger bodies are not read to the end: the connection goes instead. */
const MAX_DRAINED_BYTES = 64 * 1024;

/** Whether the request may come in. */
export function mayEnter(tokens: BearerTokens | null, { headers }: RequestHead): boolean {
  return tokens === null || tokens.allow(headers.authorization);
}

/** Headers of a refusal that does not wait for the body. Streams of HTTP/2 end alone. */
export function closing({ headers, httpVersionMajor }: RequestHead): Record<string, string> {
  if (httpVersionMajor > 1) return {};
  const length = Number(headers["content-length"] ?? 0);
  const isShort = headers["transfer-encoding"] === undefined && length <= MAX_DRAINED_BYTES;
  return isShort ? {} : { connection: "close" };
}
