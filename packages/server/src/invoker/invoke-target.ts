import { constants, type OutgoingHttpHeaders, sensitiveHeaders } from "node:http2";
import { EndpointPath, HeaderName, invocationContentType } from "@pawl/protocol";
import type { AttemptRequest } from "./invoker.js";

/** A longer key is left out of the header: servers refuse large headers, and the Start frame has the key. */
export const MAX_KEY_HEADER_BYTES = 4 * 1024;

const SERVICE_KEY: string = HeaderName.ServiceKey;
const INVOCATION_ID: string = HeaderName.InvocationId;
const CONTENT_LENGTH = constants.HTTP2_HEADER_CONTENT_LENGTH;
const TRACEPARENT = "traceparent";
/** Version, trace id, parent id, flags (W3C Trace Context). It came from outside, and a bad header breaks a connection. */
const TRACEPARENT_FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** They differ from request to request: in HPACK's table they would only push out what repeats. */
const UNINDEXED = [INVOCATION_ID, SERVICE_KEY, TRACEPARENT, CONTENT_LENGTH];

/** What is the same for all attempts on a handler of a deployment in one protocol version. */
export class InvokeTarget {
  readonly url: string;
  readonly contentType: string;
  readonly #path: string;
  readonly #http2Headers: OutgoingHttpHeaders & { [sensitiveHeaders]?: string[] };
  readonly #http1Headers: readonly string[];

  /** @param headers of the deployment, lower case, without those that HTTP itself owns; `host` replaces the authority */
  constructor(
    base: URL,
    headers: Readonly<Record<string, string>>,
    service: string,
    handler: string,
    version: number,
  ) {
    const { host = base.host, ...others } = headers;
    const prefix = base.pathname.replace(/\/+$/, "");
    this.#path = `${prefix}${EndpointPath.Invoke}/${encodeURIComponent(service)}/${encodeURIComponent(handler)}`;
    this.url = base.origin + this.#path;
    this.contentType = invocationContentType(version);
    const fixed = { ...others, "content-type": this.contentType, accept: this.contentType };
    this.#http2Headers = {
      ":method": "POST",
      ":scheme": base.protocol.slice(0, -1),
      ":authority": host,
      ":path": this.#path,
      ...fixed,
      [sensitiveHeaders]: UNINDEXED,
    };
    this.#http1Headers = ["host", host, ...Object.entries(fixed).flat()];
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Headers of a request. The same object every time, with other values: `request` of node:http2 copies what it is given.
   * @param contentLength undefined while the request's body is open
   * @throws URIError when the key is no well-formed text
   */
  http2Headers(request: AttemptRequest, contentLength: number | undefined): OutgoingHttpHeaders {
    const headers = this.#http2Headers;
    headers[INVOCATION_ID] = request.invocationId;
    headers[SERVICE_KEY] = request.key === null ? undefined : keyHeader(request.key);
    headers[TRACEPARENT] = traceparentHeader(request.traceparent);
    headers[CONTENT_LENGTH] = contentLength;
    return headers;
  }

  /** Names and values in turn. @throws URIError when the key is no well-formed text */
  http1Headers(request: AttemptRequest, contentLength: number): string[] {
    const headers = [...this.#http1Headers, INVOCATION_ID, request.invocationId];
    const key = request.key === null ? undefined : keyHeader(request.key);
    if (key !== undefined) headers.push(SERVICE_KEY, key);
    const traceparent = traceparentHeader(request.traceparent);
    if (traceparent !== undefined) headers.push(TRACEPARENT, traceparent);
    headers.push(CONTENT_LENGTH, String(contentLength));
    return headers;
  }
}

function keyHeader(key: string): string | undefined {
  const encoded = encodeURIComponent(key);
  return encoded.length <= MAX_KEY_HEADER_BYTES ? encoded : undefined;
}

function traceparentHeader(traceparent: string | null): string | undefined {
  return traceparent !== null && TRACEPARENT_FORM.test(traceparent) ? traceparent : undefined;
}
