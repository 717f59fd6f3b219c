import { HeaderName } from "@pawl/protocol";
import { type PathSignature, type RequestIdentity, SIGNATURE_SCHEME } from "../access/request-identity.js";
import type { LambdaFunctions } from "../aws/lambda-functions.js";
import type { Fetch } from "./endpoint-http.js";

/** For everything, repeated requests included. The official command line tool waits for 13 s. */
export const ASKING_TIMEOUT_MS = 10_000;

/** How endpoints are asked for what is no invocation: their manifest, previews of serdes. */
export interface AskingOptions {
  /** Sent as `x-restate-cluster-name`. */
  readonly clusterName: string;
  /** Milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Certificates for https endpoints. Default: the authorities that Node.js trusts. */
  readonly tls?: Fetch["tls"];
  /** Signs the requests. Default: null, they are not signed. */
  readonly identity?: RequestIdentity | null;
  /** How functions of AWS Lambda are called. Default: with the credentials that the environment gives. */
  readonly functions?: LambdaFunctions;
}

/** @param uri of a deployment, which may have a path */
export function urlBelow(uri: string, path: string): URL {
  return new URL(uri.replace(/\/$/, "") + path);
}

/** The headers by which an endpoint knows who asks. */
export function signed(signature: PathSignature | null): Readonly<Record<string, string>> {
  if (signature === null) return {};
  return {
    [HeaderName.SignatureScheme]: SIGNATURE_SCHEME,
    [HeaderName.SignatureJwt]: signature.token(Date.now()),
  };
}
