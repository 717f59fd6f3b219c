/** What the two sides of the service protocol agree on before the first frame: versions, media types, headers, paths. */

/** Versions 1 to 4 are history: current servers and SDKs refuse them for new invocations. */
export const SERVICE_PROTOCOL_VERSIONS = [5, 6, 7] as const;
export type ServiceProtocolVersion = (typeof SERVICE_PROTOCOL_VERSIONS)[number];
export const MIN_SERVICE_PROTOCOL_VERSION: ServiceProtocolVersion = 5;
export const MAX_SERVICE_PROTOCOL_VERSION: ServiceProtocolVersion = 7;

export function isServiceProtocolVersion(version: number): version is ServiceProtocolVersion {
  return (SERVICE_PROTOCOL_VERSIONS as readonly number[]).includes(version);
}

/**
 * The media type of both bodies of `/invoke`. The answer must repeat the request's to the letter: the official server
 * compares them as texts, so no parameters such as a charset.
 */
export function invocationContentType(version: number): string {
  return `application/vnd.restate.invocation.v${version}`;
}

const INVOCATION_CONTENT_TYPE = /^application\/vnd\.restate\.invocation\.v([1-9][0-9]{0,3})$/;

/** The version in an `/invoke` content type, whether it is spoken here or not; undefined for any other media type. */
export function parseInvocationContentType(header: string): number | undefined {
  const match = INVOCATION_CONTENT_TYPE.exec(header.trim());
  return match === null ? undefined : Number(match[1]);
}

/** Header names, in the lower case that HTTP/2 asks for. Who sends what: Restate 1.7 as observed, docs/compatibility.md. */
export const HeaderName = {
  /** Endpoint to server: `<sdk name>/<version>`. */
  Server: "x-restate-server",
  /** Server to endpoint: `inv_1...`, known before Start is parsed. */
  InvocationId: "x-restate-invocation-id",
  /** Server to endpoint: the object's or workflow's key, percent-encoded. */
  ServiceKey: "x-restate-service-key",
  /** Server to endpoint. */
  ClusterName: "x-restate-cluster-name",
  /** Server to endpoint: `v1` when the request is signed. */
  SignatureScheme: "x-restate-signature-scheme",
  /** Server to endpoint: the signature. */
  SignatureJwt: "x-restate-jwt-v1",
  /** Server to endpoint, on requests about serdes. */
  SerdesProtocol: "x-restate-serdes-protocol",
  /** Ingress to client: the invocation id. */
  Id: "x-restate-id",
  /** Ingress to client: `ingress` or `invocation`. */
  ErrorSource: "x-restate-error-source",
  /** Ingress to handler: path and query of the original request. */
  IngressPath: "x-restate-ingress-path",
  /** Client to ingress. */
  LimitKey: "x-restate-limit-key",
  /** On records from Kafka. */
  Scope: "x-restate-scope",
  /** Client to ingress. */
  IdempotencyKey: "idempotency-key",
  /** Ingress to client: RFC 3339. */
  IdempotencyExpires: "idempotency-expires",
  /** Official client library to ingress: the attempt, from 1 on. */
  ClientRetryAttempt: "x-restateclient-retry-attempt",
} as const;

/** Paths of an endpoint, below the prefix it is mounted at. */
export const EndpointPath = {
  Discover: "/discover",
  Health: "/health",
  /** Followed by `/{service}/{handler}`. */
  Invoke: "/invoke",
  /** Followed by `/{service}/{encode|decode}/{serde}`. */
  Serdes: "/serdes",
} as const;
