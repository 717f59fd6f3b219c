import { setTimeout as sleep } from "node:timers/promises";
import {
  type EndpointManifest,
  EndpointPath,
  HeaderName,
  MANIFEST_ACCEPT,
  MAX_SERVICE_PROTOCOL_VERSION,
  MIN_SERVICE_PROTOCOL_VERSION,
  ProtocolError,
  parseManifest,
  parseManifestContentType,
} from "@pawl/protocol";
import type { FunctionAnswer, FunctionRequest } from "../aws/lambda-event.js";
import { type FunctionTarget, LambdaFunctions } from "../aws/lambda-functions.js";
import { ASKING_TIMEOUT_MS, type AskingOptions, signed, urlBelow } from "./asking.js";
import type {
  Discover,
  Discovered,
  DiscoveredFacts,
  HttpDiscoveryRequest,
  LambdaDiscoveryRequest,
} from "./discovered.js";
import {
  badManifest,
  speaksHttp1Only,
  talksBothWays,
  unexpectedStatus,
  unreachable,
  unreachableFunction,
} from "./discovery-errors.js";
import {
  type Fetch,
  type Fetched,
  fetchHttp1,
  fetchHttp2,
  NotHttp2Error,
  TooLargeError,
} from "./endpoint-http.js";
import { RegistryError } from "./errors.js";
import { toServices } from "./manifest-services.js";

/** Manifests carry JSON schemas and protobuf descriptors. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** Source: Restate 1.7 as observed, docs/compatibility.md */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const MAX_REQUESTS = 4;
const FIRST_RETRY_DELAY_MS = 100;
/** More of the header is not kept. */
const MAX_SDK_VERSION_LENGTH = 200;

/** Asks endpoints for their manifests: `GET {uri}/discover`, or an event that says the same. */
export function createDiscover({
  clusterName,
  timeoutMs = ASKING_TIMEOUT_MS,
  tls = {},
  identity = null,
  functions = new LambdaFunctions(),
}: AskingOptions): Discover {
  const signature = identity?.forPath(EndpointPath.Discover) ?? null;
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = {
      [HeaderName.ClusterName]: clusterName,
      ...request.additionalHeaders,
      accept: MANIFEST_ACCEPT,
      ...signed(signature),
    };
    return "arn" in request
      ? await discoverFunction(request, headers, functions, signal)
      : await discoverHttp(request, headers, tls, signal);
  };
}

async function discoverHttp(
  request: HttpDiscoveryRequest,
  headers: Readonly<Record<string, string>>,
  tls: Fetch["tls"],
  signal: AbortSignal,
): Promise<Discovered> {
  const { uri, additionalHeaders } = request;
  const url = urlBelow(uri, EndpointPath.Discover);
  const fetch = { url, headers, body: null, maxBytes: MAX_MANIFEST_BYTES, signal, tls };
  const fetched = await repeatedly(signal, () => fetchOnce(request, fetch));
  const { manifest, facts } = read(uri, fetched);
  const { httpVersion } = fetched;
  return {
    uri,
    // HTTP/1.1 cannot be relied on to carry both directions at a time.
    protocolType:
      manifest.protocolMode === "REQUEST_RESPONSE" || httpVersion === "HTTP/1.1"
        ? "RequestResponse"
        : "BidiStream",
    httpVersion,
    additionalHeaders,
    ...facts,
  };
}

async function discoverFunction(
  { arn, assumeRoleArn, additionalHeaders }: LambdaDiscoveryRequest,
  headers: Readonly<Record<string, string>>,
  functions: LambdaFunctions,
  signal: AbortSignal,
): Promise<Discovered> {
  const target = { arn, assumeRoleArn, compression: null };
  const request = { method: "GET", path: EndpointPath.Discover, headers, body: new Uint8Array() } as const;
  const answer = await repeatedly(signal, () => callOnce(functions, target, request, signal));
  const { manifest, facts } = read(arn, answer);
  if (manifest.protocolMode !== "REQUEST_RESPONSE") throw talksBothWays(arn);
  return {
    arn,
    assumeRoleArn,
    compression: manifest.lambdaCompression ?? null,
    protocolType: "RequestResponse",
    additionalHeaders,
    ...facts,
  };
}

/** As long as the answer's status says that another time may be better. */
async function repeatedly<T extends { readonly status: number }>(
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  for (let sent = 1; ; sent++) {
    const answer = await ask();
    if (!RETRYABLE_STATUSES.has(answer.status) || sent === MAX_REQUESTS) return answer;
    try {
      await sleep(FIRST_RETRY_DELAY_MS * 2 ** (sent - 1), undefined, { signal });
    } catch {
      return answer;
    }
  }
}

async function fetchOnce(request: HttpDiscoveryRequest, fetch: Fetch): Promise<Fetched> {
  try {
    return await (request.useHttp11 ? fetchHttp1(fetch) : fetchHttp2(fetch));
  } catch (error) {
    if (error instanceof TooLargeError) throw badManifest(request.uri, error.message);
    if (error instanceof NotHttp2Error && (await answersHttp1(fetch))) throw speaksHttp1Only(request.uri);
    throw unreachable(request, error);
  }
}

async function callOnce(
  functions: LambdaFunctions,
  target: FunctionTarget,
  request: FunctionRequest,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  try {
    return await functions.call(target, request, signal);
  } catch (error) {
    throw unreachableFunction(target.arn, error);
  }
}

/** Whether there is anything at all that speaks HTTP/1.1. */
function answersHttp1(fetch: Fetch): Promise<boolean> {
  return fetchHttp1(fetch).then(
    () => true,
    (error) => error instanceof TooLargeError,
  );
}

/** What the answer of any endpoint is read as. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

function read(address: string, answer: Answer): { manifest: EndpointManifest; facts: DiscoveredFacts } {
  if (answer.status !== 200) throw unexpectedStatus(address, answer);
  const { headers, body } = answer;
  const contentType = headers["content-type"];
  const manifest = readManifest(address, typeof contentType === "string" ? contentType : undefined, body);
  const { protocolMode, minProtocolVersion, maxProtocolVersion } = manifest;
  if (protocolMode === undefined) {
    throw badManifest(address, "$.protocolMode is missing: it must be BIDI_STREAM or REQUEST_RESPONSE");
  }
  if (
    minProtocolVersion > MAX_SERVICE_PROTOCOL_VERSION ||
    maxProtocolVersion < MIN_SERVICE_PROTOCOL_VERSION
  ) {
    throw new RegistryError(
      "META0012",
      500,
      `${address} speaks the service protocol in versions ${minProtocolVersion} to ${maxProtocolVersion}, and this server in ${MIN_SERVICE_PROTOCOL_VERSION} to ${MAX_SERVICE_PROTOCOL_VERSION}: use another version of the SDK`,
    );
  }
  const server = headers[HeaderName.Server];
  return {
    manifest,
    facts: {
      minProtocolVersion,
      maxProtocolVersion,
      sdkVersion: typeof server === "string" ? server.slice(0, MAX_SDK_VERSION_LENGTH) : null,
      services: toServices(manifest),
    },
  };
}

function readManifest(address: string, contentType: string | undefined, body: Uint8Array): EndpointManifest {
  const version = contentType === undefined ? undefined : parseManifestContentType(contentType);
  if (version === undefined) {
    throw badManifest(
      address,
      `its content type is ${contentType ?? "missing"}, and must be one of ${MANIFEST_ACCEPT}`,
    );
  }
  try {
    return parseManifest(JSON.parse(Buffer.from(body).toString("utf8")), version);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof SyntaxError)
      throw badManifest(address, error.message);
    throw error;
  }
}
