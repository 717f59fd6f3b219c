import { AWS_ADVICE, AwsError } from "../aws/errors.js";
import type { HttpDiscoveryRequest } from "./discovered.js";
import type { Fetched } from "./endpoint-http.js";
import { RegistryError } from "./errors.js";

/** How much of an endpoint's answer an error message shows. */
const SHOWN_CHARACTERS = 300;

export function unreachable({ uri, useHttp11 }: HttpDiscoveryRequest, error: unknown): RegistryError {
  const reason = reasonOf(error);
  return new RegistryError("META0003", 500, `cannot discover the services of ${uri}: ${reason}${hint()}`, {
    cause: error,
  });

  function hint(): string {
    const code = codeOf(error);
    if (code.startsWith("HPE_") && useHttp11) {
      return ". It probably speaks HTTP/2 only: register it without use_http_11 (command line: without --use-http1.1)";
    }
    if (code.startsWith("ERR_SSL") || code === "EPROTO") {
      return ". It probably has no TLS at this port: try http:// instead of https://";
    }
    const isLocal = /^https?:\/\/(localhost|127\.|\[::1\])/.test(uri);
    return isLocal && code === "ECONNREFUSED"
      ? ". Start the endpoint first. If this server runs in a container, localhost is that container: use the host's address, such as host.docker.internal"
      : ". Check that the endpoint runs and that this server can reach it under this address";
  }
}

export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "it did not answer in time";
  // Several addresses of one name were tried.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  if (!(error instanceof Error)) return String(error);
  // OpenSSL's full text is a line of addresses and file names.
  return "reason" in error && typeof error.reason === "string"
    ? `TLS failed, ${error.reason}`
    : error.message;
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}

export function unreachableFunction(arn: string, error: unknown): RegistryError {
  const advice = error instanceof AwsError ? ` ${AWS_ADVICE[error.kind]}` : "";
  const message = `cannot discover the services of ${arn}: ${reasonOf(error)}.${advice}`;
  return new RegistryError("META0003", 500, message, { cause: error });
}

export function unexpectedStatus(
  address: string,
  { status, body }: Pick<Fetched, "status"> & { readonly body: Uint8Array },
): RegistryError {
  const text = shown(body);
  return new RegistryError(
    "META0003",
    500,
    `cannot discover the services of ${address}: it answered with status ${status}${statusHint(status)}${text && `. Its answer: ${text}`}`,
  );
}

/** The beginning of what an endpoint answered. */
export function shown(body: Uint8Array): string {
  const text = Buffer.from(body).toString("utf8");
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}

function statusHint(status: number): string {
  if (status === 404)
    return ". Check that the address has the path under which the SDK's endpoint is mounted";
  if (status === 401 || status === 403) {
    return ". If it wants credentials, send them in additional_headers; if it checks request signatures, give it this server's public key";
  }
  if (status >= 300 && status < 400)
    return ". Redirects are not followed: register the address where it leads";
  return "";
}

export function badManifest(address: string, problem: string): RegistryError {
  return new RegistryError("META0013", 500, `${address} sent no usable manifest: ${problem}`);
}

export function speaksHttp1Only(uri: string): RegistryError {
  return new RegistryError(
    "META0014",
    500,
    `${uri} speaks HTTP/1.1 only: register it with "use_http_11": true (command line: --use-http1.1)`,
  );
}

export function talksBothWays(arn: string): RegistryError {
  return new RegistryError(
    "META0015",
    500,
    `${arn} announces the mode BIDI_STREAM, which a Lambda function cannot serve: use the SDK's handler for Lambda (@pawl/sdk/lambda)`,
  );
}
