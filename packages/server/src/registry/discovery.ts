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
import { type RequestIdentity, SIGNATURE_SCHEME } from "../access/request-identity.js";
import type { Discover, Discovered, DiscoveryRequest } from "./discovered.js";
import { badManifest, speaksHttp1Only, unexpectedStatus, unreachable } from "./discovery-errors.js";
import {
  type Fetch,
  type Fetched,
  fetchHttp1,
  fetchHttp2,
  NotHttp2Error,
  TooLargeError,
} from "./discovery-http.js";
import { RegistryError } from "./errors.js";
import { toServices } from "./manifest-services.js";

/** For everything, repeated requests included. The official command line tool waits for 13 s. */
const TIMEOUT_MS = 10_000;
/** Manifests carry JSON schemas and protobuf descriptors. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** Source: Restate 1.7 as observed, docs/compatibility.md */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const MAX_REQUESTS = 4;
const FIRST_RETRY_DELAY_MS = 100;
/** More of the header is not kept. */
const MAX_SDK_VERSION_LENGTH = 200;

export interface DiscoveryOptions {
  /** Sent as `x-restate-cluster-name`. */
  readonly clusterName: string;
  /** Milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Certificates for https endpoints. Default: the authorities that Node.js trusts. */
  readonly tls?: Fetch["tls"];
  /** Signs the requests. Default: null, they are not signed. */
  readonly identity?: RequestIdentity | null;
}

/** Asks endpoints for their manifests: `GET {uri}/discover`. */
export function createDiscover({
  clusterName,
  timeoutMs = TIMEOUT_MS,
  tls = {},
  identity = null,
}: DiscoveryOptions): Discover {
  const signature = identity?.forPath(EndpointPath.Discover);
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fetched = await fetchRepeatedly(request, {
      url: new URL(request.uri.replace(/\/$/, "") + EndpointPath.Discover),
      headers: {
        [HeaderName.ClusterName]: clusterName,
        ...request.additionalHeaders,
        accept: MANIFEST_ACCEPT,
        ...(signature !== undefined && {
          [HeaderName.SignatureScheme]: SIGNATURE_SCHEME,
          [HeaderName.SignatureJwt]: signature.token(Date.now()),
        }),
      },
      maxBytes: MAX_MANIFEST_BYTES,
      signal,
      tls,
    });
    if (fetched.status !== 200) throw unexpectedStatus(request.uri, fetched);
    return toDiscovered(request, fetched);
  };
}

async function fetchRepeatedly(request: DiscoveryRequest, fetch: Fetch): Promise<Fetched> {
  for (let sent = 1; ; sent++) {
    const fetched = await fetchOnce(request, fetch);
    if (!RETRYABLE_STATUSES.has(fetched.status) || sent === MAX_REQUESTS) return fetched;
    try {
      await sleep(FIRST_RETRY_DELAY_MS * 2 ** (sent - 1), undefined, { signal: fetch.signal });
    } catch {
      return fetched;
    }
  }
}

async function fetchOnce(request: DiscoveryRequest, fetch: Fetch): Promise<Fetched> {
  try {
    return await (request.useHttp11 ? fetchHttp1(fetch) : fetchHttp2(fetch));
  } catch (error) {
    if (error instanceof TooLargeError) throw badManifest(request.uri, error.message);
    if (error instanceof NotHttp2Error && (await answersHttp1(fetch))) throw speaksHttp1Only(request.uri);
    throw unreachable(request, error);
  }
}

/** Whether there is anything at all that speaks HTTP/1.1. */
function answersHttp1(fetch: Fetch): Promise<boolean> {
  return fetchHttp1(fetch).then(
    () => true,
    (error) => error instanceof TooLargeError,
  );
}

function toDiscovered(request: DiscoveryRequest, { headers, body, httpVersion }: Fetched): Discovered {
  const { uri, additionalHeaders } = request;
  const manifest = readManifest(uri, headers["content-type"], body);
  const { protocolMode, minProtocolVersion, maxProtocolVersion } = manifest;
  if (protocolMode === undefined) {
    throw badManifest(uri, "$.protocolMode is missing: it must be BIDI_STREAM or REQUEST_RESPONSE");
  }
  if (
    minProtocolVersion > MAX_SERVICE_PROTOCOL_VERSION ||
    maxProtocolVersion < MIN_SERVICE_PROTOCOL_VERSION
  ) {
    throw new RegistryError(
      "META0012",
      500,
      `${uri} speaks the service protocol in versions ${minProtocolVersion} to ${maxProtocolVersion}, and this server in ${MIN_SERVICE_PROTOCOL_VERSION} to ${MAX_SERVICE_PROTOCOL_VERSION}: use another version of the SDK`,
    );
  }
  const server = headers[HeaderName.Server];
  return {
    uri,
    // HTTP/1.1 cannot be relied on to carry both directions at a time.
    protocolType:
      protocolMode === "REQUEST_RESPONSE" || httpVersion === "HTTP/1.1" ? "RequestResponse" : "BidiStream",
    httpVersion,
    additionalHeaders,
    minProtocolVersion,
    maxProtocolVersion,
    sdkVersion: typeof server === "string" ? server.slice(0, MAX_SDK_VERSION_LENGTH) : null,
    services: toServices(manifest),
  };
}

function readManifest(uri: string, contentType: string | undefined, body: Buffer): EndpointManifest {
  const version = contentType === undefined ? undefined : parseManifestContentType(contentType);
  if (version === undefined) {
    throw badManifest(
      uri,
      `its content type is ${contentType ?? "missing"}, and must be one of ${MANIFEST_ACCEPT}`,
    );
  }
  try {
    return parseManifest(JSON.parse(body.toString("utf8")), version);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof SyntaxError) throw badManifest(uri, error.message);
    throw error;
  }
}
