import { encodeFields, encodeName, type HeaderBlock } from "@pawl/http2";
import { EndpointPath, HeaderName, invocationContentType } from "@pawl/protocol";
import { type PathSignature, type RequestIdentity, SIGNATURE_SCHEME } from "../access/request-identity.js";
import type { AttemptRequest } from "./invoker.js";

/** A longer key is left out of the header: servers refuse large headers, and the Start frame has the key. */
export const MAX_KEY_HEADER_BYTES = 4 * 1024;

const SERVICE_KEY: string = HeaderName.ServiceKey;
const INVOCATION_ID: string = HeaderName.InvocationId;
const CONTENT_LENGTH = "content-length";
const TRACEPARENT = "traceparent";
const TRACESTATE = "tracestate";
/** Version, trace id, parent id, flags (W3C Trace Context). It came from outside, and a bad header breaks a connection. */
const TRACEPARENT_FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What differs from request to request goes behind a block that is encoded once. */
const SERVICE_KEY_NAME = encodeName(SERVICE_KEY);
const INVOCATION_ID_NAME = encodeName(INVOCATION_ID);
const TRACEPARENT_NAME = encodeName(TRACEPARENT);
const TRACESTATE_NAME = encodeName(TRACESTATE);
const CONTENT_LENGTH_NAME = encodeName(CONTENT_LENGTH);
const SIGNATURE_JWT_NAME = encodeName(HeaderName.SignatureJwt);

/** What is the same for all attempts on a handler of a deployment in one protocol version. */
export class InvokeTarget {
  readonly url: string;
  readonly contentType: string;
  readonly #path: string;
  readonly #http2Fields: Buffer;
  readonly #http1Headers: readonly string[];
  readonly #signature: PathSignature | null;

  /**
   * @param headers of the deployment, lower case, without those that HTTP itself owns; `host` replaces the authority
   * @param identity signs the requests
   */
  constructor(
    base: URL,
    headers: Readonly<Record<string, string>>,
    service: string,
    handler: string,
    version: number,
    identity: RequestIdentity | null,
  ) {
    const { host = base.host, ...others } = headers;
    const prefix = base.pathname.replace(/\/+$/, "");
    const ownPath = `${EndpointPath.Invoke}/${encodeURIComponent(service)}/${encodeURIComponent(handler)}`;
    this.#path = prefix + ownPath;
    this.#signature = identity?.forPath(ownPath) ?? null;
    this.url = base.origin + this.#path;
    this.contentType = invocationContentType(version);
    const fixed = {
      ...others,
      "content-type": this.contentType,
      accept: this.contentType,
      ...(identity !== null && { [HeaderName.SignatureScheme]: SIGNATURE_SCHEME }),
    };
    this.#http2Fields = encodeFields([
      [":method", "POST"],
      [":scheme", base.protocol.slice(0, -1)],
      [":authority", host],
      [":path", this.#path],
      // White space around a value is not allowed in HTTP/2, and means nothing in HTTP/1.1 (RFC 9113, section 8.2.1).
      ...Object.entries(fixed).map(([name, value]) => [name, value.trim()] as const),
    ]);
    this.#http1Headers = ["host", host, ...Object.entries(fixed).flat()];
  }

  get path(): string {
    return this.#path;
  }

  /**
   * Makes the block the headers of a request.
   * @param contentLength undefined while the request's body is open
   * @throws URIError when the key is no well-formed text
   */
  http2Headers(block: HeaderBlock, request: AttemptRequest, contentLength: number | undefined): void {
    const key = request.key === null ? undefined : keyHeader(request.key);
    const traceparent = traceparentHeader(request.traceparent);
    block.clear();
    block.encoded(this.#http2Fields);
    block.encoded(INVOCATION_ID_NAME);
    block.value(request.invocationId);
    if (key !== undefined) {
      block.encoded(SERVICE_KEY_NAME);
      block.value(key);
    }
    if (traceparent !== undefined) {
      block.encoded(TRACEPARENT_NAME);
      block.value(traceparent);
      if (request.tracestate !== null) {
        block.encoded(TRACESTATE_NAME);
        block.value(request.tracestate);
      }
    }
    if (this.#signature !== null) {
      block.encoded(SIGNATURE_JWT_NAME);
      block.value(this.#signature.token(Date.now()));
    }
    if (contentLength !== undefined) {
      block.encoded(CONTENT_LENGTH_NAME);
      block.value(String(contentLength));
    }
  }

  /** Names and values in turn. @throws URIError when the key is no well-formed text */
  http1Headers(request: AttemptRequest, contentLength: number): string[] {
    const headers = [...this.#http1Headers, INVOCATION_ID, request.invocationId];
    const key = request.key === null ? undefined : keyHeader(request.key);
    if (key !== undefined) headers.push(SERVICE_KEY, key);
    const traceparent = traceparentHeader(request.traceparent);
    if (traceparent !== undefined) {
      headers.push(TRACEPARENT, traceparent);
      if (request.tracestate !== null) headers.push(TRACESTATE, request.tracestate);
    }
    if (this.#signature !== null) headers.push(HeaderName.SignatureJwt, this.#signature.token(Date.now()));
    headers.push(CONTENT_LENGTH, String(contentLength));
    return headers;
  }
}

/** undefined: it is too long for a header. @throws URIError when it is no well-formed text */
export function keyHeader(key: string): string | undefined {
  const encoded = encodeURIComponent(key);
  return encoded.length <= MAX_KEY_HEADER_BYTES ? encoded : undefined;
}

/** undefined: there is none, or none that can be sent. */
export function traceparentHeader(traceparent: string | null): string | undefined {
  return traceparent !== null && TRACEPARENT_FORM.test(traceparent) ? traceparent : undefined;
}
