import { validateHeaderName, validateHeaderValue } from "node:http";
import { HeaderName } from "@pawl/protocol";
import type { RequestIdentity } from "../access/request-identity.js";
import type { HttpEndpoint } from "./endpoint.js";
import { InvokeTarget } from "./invoke-target.js";
import type { AttemptRequest } from "./invoker.js";

/** HTTP's own, and those that the protocol fixes: a deployment cannot set them. */
const RESERVED_HEADERS = new Set<string>([
  "connection",
  "content-length",
  "content-type",
  "accept",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  HeaderName.SignatureScheme,
  HeaderName.SignatureJwt,
]);

/** A deployment's address, understood once. */
export class EndpointRoute {
  readonly base: URL;
  readonly origin: string;
  readonly #headers: Record<string, string> = {};
  readonly #identity: RequestIdentity | null;
  readonly #targets = new Map<string, InvokeTarget>();

  /** @throws TypeError when the address is no http or https URL, or a header cannot be sent */
  constructor(
    endpoint: HttpEndpoint,
    requestHeaders: Readonly<Record<string, string>>,
    identity: RequestIdentity | null,
  ) {
    this.#identity = identity;
    this.base = new URL(endpoint.uri);
    if (this.base.protocol !== "http:" && this.base.protocol !== "https:") {
      throw new TypeError(`${this.base.protocol} is neither http: nor https:`);
    }
    this.origin = this.base.origin;
    for (const [name, value] of Object.entries({ ...requestHeaders, ...endpoint.additionalHeaders })) {
      const lower = name.toLowerCase();
      if (RESERVED_HEADERS.has(lower)) continue;
      // Checked here, since a bad header of one request would break its connection with all others on it.
      validateHeaderName(lower);
      validateHeaderValue(lower, value);
      this.#headers[lower] = value;
    }
  }

  /** Handlers and versions are those of a manifest, so there are not many. */
  target({ service, handler, protocolVersion }: AttemptRequest): InvokeTarget {
    const name = `${protocolVersion}/${service}/${handler}`;
    let target = this.#targets.get(name);
    if (target === undefined) {
      target = new InvokeTarget(this.base, this.#headers, service, handler, protocolVersion, this.#identity);
      this.#targets.set(name, target);
    }
    return target;
  }
}
