import { EndpointPath, HeaderName } from "@pawl/protocol";
import { LambdaFunctions } from "../aws/lambda-functions.js";
import { addressOf, isLambda } from "../invoker/endpoint.js";
import { IN_PROCESS_SCHEME } from "../invoker/in-process-invoker.js";
import { ASKING_TIMEOUT_MS, type AskingOptions, signed, urlBelow } from "./asking.js";
import { reasonOf, shown } from "./discovery-errors.js";
import { fetchHttp1, fetchHttp2 } from "./endpoint-http.js";
import { RegistryError } from "./errors.js";
import type { Deployment } from "./schema.js";

/** Of a body in either direction: endpoints of the official SDK, and of ours, take no more unless told to. */
export const MAX_PREVIEW_BYTES = 32 * 1024 * 1024;

/** `decode`: a payload's bytes to JSON that people read. `encode`: the way back. */
export type PreviewOperation = "decode" | "encode";

export interface PreviewRequest {
  readonly deployment: Deployment;
  readonly service: string;
  readonly operation: PreviewOperation;
  /** As the service's metadata names it: `greet/input`. */
  readonly serde: string;
  readonly body: Uint8Array;
}

/** @throws RegistryError 500 when the endpoint cannot be reached, or has no such serde, or the body is not of it */
export type ConvertPreview = (request: PreviewRequest) => Promise<Uint8Array>;

/** Source: Restate 1.7 as observed, docs/compatibility.md */
const HEADERS: Readonly<Record<PreviewOperation, Readonly<Record<string, string>>>> = {
  decode: { "content-type": "application/octet-stream", accept: "application/json" },
  encode: { "content-type": "application/json", accept: "*/*" },
};
const SERDES_PROTOCOL = "v1";

/** Has endpoints convert payloads: `POST {uri}/serdes/{service}/{decode|encode}/{serde}`, or an event that says the same. */
export function createConvertPreview({
  clusterName,
  timeoutMs = ASKING_TIMEOUT_MS,
  tls = {},
  identity = null,
  functions = new LambdaFunctions(),
}: AskingOptions): ConvertPreview {
  return async ({ deployment, service, operation, serde, body }) => {
    const address = addressOf(deployment);
    if (address.startsWith(IN_PROCESS_SCHEME)) {
      throw new RegistryError(
        null,
        501,
        `'${service}' is served in this process, which converts no payloads`,
      );
    }
    const path = [EndpointPath.Serdes, service, operation, ...serde.split("/").map(encodeURIComponent)].join(
      "/",
    );
    const headers = {
      [HeaderName.ClusterName]: clusterName,
      ...deployment.additionalHeaders,
      ...HEADERS[operation],
      [HeaderName.SerdesProtocol]: SERDES_PROTOCOL,
      ...signed(identity?.forPath(path) ?? null),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const ask = (): Promise<{ readonly status: number; readonly body: Uint8Array }> => {
      if (isLambda(deployment)) {
        return functions.call(deployment, { method: "POST", path, headers, body }, signal);
      }
      const url = urlBelow(deployment.uri, path);
      const fetch = { url, headers, body, maxBytes: MAX_PREVIEW_BYTES, signal, tls };
      return deployment.httpVersion === "HTTP/1.1" ? fetchHttp1(fetch) : fetchHttp2(fetch);
    };
    const answer = await ask().catch((error: unknown) => {
      throw failed(reasonOf(error), error);
    });
    if (answer.status < 200 || answer.status > 299) {
      throw failed(`it answered with status ${answer.status}. Its answer: ${shown(answer.body)}`);
    }
    return answer.body;

    function failed(reason: string, cause?: unknown): RegistryError {
      const message = `${address} could not ${operation} with the serde '${serde}' of '${service}': ${reason}`;
      return new RegistryError(null, 500, message, { cause });
    }
  };
}
