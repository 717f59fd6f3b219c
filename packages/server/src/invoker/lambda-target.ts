import { EndpointPath, HeaderName, invocationContentType } from "@pawl/protocol";
import { type RequestIdentity, SIGNATURE_SCHEME } from "../access/request-identity.js";
import type { LambdaEndpoint } from "./endpoint.js";
import { keyHeader, traceparentHeader } from "./invoke-target.js";
import type { AttemptRequest } from "./invoker.js";

/** A handler of a function: what its events say of themselves. */
export class LambdaTarget {
  /** For messages. */
  readonly url: string;
  readonly path: string;
  readonly contentType: string;
  /** @throws URIError when the key is no well-formed text */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    request: AttemptRequest<LambdaEndpoint>,
    requestHeaders: Readonly<Record<string, string>>,
    identity: RequestIdentity | null,
  ) {
    const { endpoint, service, handler, protocolVersion, invocationId } = request;
    this.path = `${EndpointPath.Invoke}/${encodeURIComponent(service)}/${encodeURIComponent(handler)}`;
    this.url = endpoint.arn + this.path;
    this.contentType = invocationContentType(protocolVersion);
    const key = request.key === null ? undefined : keyHeader(request.key);
    const traceparent = traceparentHeader(request.traceparent);
    this.headers = {
      ...requestHeaders,
      ...endpoint.additionalHeaders,
      "content-type": this.contentType,
      accept: this.contentType,
      [HeaderName.InvocationId]: invocationId,
      ...(key !== undefined && { [HeaderName.ServiceKey]: key }),
      ...(traceparent !== undefined && { traceparent }),
      ...(traceparent !== undefined && request.tracestate !== null && { tracestate: request.tracestate }),
      ...(identity !== null && {
        [HeaderName.SignatureScheme]: SIGNATURE_SCHEME,
        [HeaderName.SignatureJwt]: identity.forPath(this.path).token(Date.now()),
      }),
    };
  }
}
