/** Where and how a deployment is reached. */
export type Endpoint = HttpEndpoint | LambdaEndpoint;

interface EndpointBase {
  readonly deploymentId: string;
  /** Sent with every request. */
  readonly additionalHeaders: Readonly<Record<string, string>>;
}

export interface HttpEndpoint extends EndpointBase {
  /** Base address: `/invoke/{service}/{handler}` is appended to its path. */
  readonly uri: string;
  /** BidiStream: frames flow both ways while the handler runs. RequestResponse: the journal goes, the answer comes. */
  readonly protocolType: "BidiStream" | "RequestResponse";
  /** HTTP/2 with prior knowledge over cleartext, ALPN over TLS; or HTTP/1.1. */
  readonly httpVersion: "HTTP/2.0" | "HTTP/1.1";
}

/** A function of AWS Lambda. */
export interface LambdaEndpoint extends EndpointBase {
  /** Of a version or an alias of the function. */
  readonly arn: string;
  /** The role in whose name it is invoked; null: that of the server. */
  readonly assumeRoleArn: string | null;
  /** How it takes large journals, and answers with them. */
  readonly compression: "zstd" | null;
  readonly protocolType: "RequestResponse";
}

export function isLambda<E extends object>(endpoint: E): endpoint is Extract<E, { readonly arn: string }> {
  return "arn" in endpoint;
}

/** What makes a deployment the same one: its URI or ARN. */
export function addressOf(endpoint: Pick<HttpEndpoint, "uri"> | Pick<LambdaEndpoint, "arn">): string {
  return "arn" in endpoint ? endpoint.arn : endpoint.uri;
}
