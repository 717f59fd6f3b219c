import type { SecureContextOptions } from "node:tls";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "@pawl/protocol";
import type { RequestIdentity } from "../access/request-identity.js";

/**
 * What bounds the invoker. Everything has a default; the names of the configuration file (`worker.invoker.*`) stand in
 * parentheses where there is one.
 */
export interface HttpInvokerOptions {
  /** Largest payload of a frame from an endpoint, in bytes (`message-size-limit`). Default: 32 MiB. */
  readonly maxPayloadBytes?: number;
  /** Until a connection is usable: TCP, TLS and the peer's HTTP/2 settings (`connect-timeout`). Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** Streams on one HTTP/2 connection, if the peer allows as many (`http2-streams-per-connection-limit`). Default: 128. */
  readonly streamsPerConnection?: number;
  /** HTTP/2 connections to one origin. Beyond them attempts wait for a stream. Default: 32. */
  readonly connectionsPerOrigin?: number;
  /** HTTP/1.1 connections to one origin, which carry one attempt each. Default: 256. */
  readonly http1ConnectionsPerOrigin?: number;
  /** Attempts that may wait for a stream or connection to one origin; the next one fails. Default: 65,536. */
  readonly waitingPerOrigin?: number;
  /** A connection without attempts is closed after this (`http2-idle-connection-timeout`). Default: 5 min. */
  readonly idleConnectionMs?: number;
  /** How often an HTTP/2 peer is asked whether it is alive (`http2-keep-alive.interval`). Default: 40 s. */
  readonly pingIntervalMs?: number;
  /** A peer that does not answer for so long is dead (`http2-keep-alive.timeout`). Default: 20 s. */
  readonly pingTimeoutMs?: number;
  /** How long an endpoint may take to end its answer after the last frame of it. Default: 5 s. */
  readonly drainTimeoutMs?: number;
  /** Frames that one endpoint's stream has not taken yet, in bytes; above it the attempt fails. Default: 64 MiB. */
  readonly maxUnsentBytes?: number;
  /** Headers of every request (`additional-request-headers`); those of the deployment win. Default: none. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** Certificates for https endpoints. Default: the authorities that Node.js trusts. */
  readonly tls?: Pick<SecureContextOptions, "ca" | "cert" | "key">;
  /** Signs every request (`request-identity-private-key-pem-file`). Default: null, they are not signed. */
  readonly identity?: RequestIdentity | null;
}

export type InvokerLimits = Required<Omit<HttpInvokerOptions, "tls">> & Pick<HttpInvokerOptions, "tls">;

const DEFAULTS: InvokerLimits = {
  maxPayloadBytes: DEFAULT_MAX_PAYLOAD_BYTES,
  connectTimeoutMs: 10_000,
  streamsPerConnection: 128,
  connectionsPerOrigin: 32,
  http1ConnectionsPerOrigin: 256,
  waitingPerOrigin: 65_536,
  idleConnectionMs: 5 * 60_000,
  pingIntervalMs: 40_000,
  pingTimeoutMs: 20_000,
  drainTimeoutMs: 5_000,
  maxUnsentBytes: 64 * 1024 * 1024,
  requestHeaders: {},
  identity: null,
};

export function withDefaults(options: HttpInvokerOptions): InvokerLimits {
  return { ...DEFAULTS, ...options };
}
