import type { RetryPolicy } from "../partition/model.js";
import type { BindAddress } from "./bind-address.js";

/**
 * All settings of a server, checked and with defaults. The keys of the file, as in `[worker.invoker]`, are the names of
 * these fields in kebab case without the unit at the end: `inactivityTimeoutMs` is `inactivity-timeout`. Where the
 * official server has the same setting, the key is the same.
 */
export interface Config {
  /** Directory of everything that is stored; created when it is missing. Default: `./pawl-data`. */
  readonly baseDir: string;
  /** Sent to endpoints as `x-restate-cluster-name`. Default: `localcluster`. */
  readonly clusterName: string;
  /** How long a server that was told to stop waits for answers under way. Default: 1 min. */
  readonly shutdownTimeoutMs: number;
  /** The least important kind of message that is logged. Default: `info`. */
  readonly logLevel: LogLevel;
  /** Levels of modules, as in `info,invoker=debug`; it wins over `log-level`. RUST_LOG sets it, too. Default: null. */
  readonly logFilter: string | null;
  /** Lines about invocations show inputs and outputs, cut to 1 KiB. Default: false, since they may be confidential. */
  readonly logPayloads: boolean;
  /** `pretty` for people, `json` (an object a line) for machines. Default: `pretty`. */
  readonly logFormat: LogFormat;
  /**
   * Where spans are sent, as OTLP over HTTP. The path `/v1/traces` is added where there is none. Default: null, what the
   * variables OTEL_EXPORTER_OTLP_* say, else nowhere.
   */
  readonly tracingEndpoint: string | null;
  readonly ingress: IngressConfig;
  readonly admin: AdminConfig;
  readonly worker: WorkerConfig;
  /** For handlers that say nothing of their own. Default: 500 ms, doubled up to 1 min, 70 attempts, then pause. */
  readonly defaultRetryPolicy: RetryPolicy;
  /** How long journals of completed invocations are kept, where the handler says nothing. Default: 1 day. */
  readonly defaultJournalRetentionMs: number;
  /** How long results of calls with an idempotency key are kept. Default: 1 day. */
  readonly defaultIdempotencyRetentionMs: number;
  /** How long result, state and promises of completed workflows are kept. Default: 1 day. */
  readonly defaultWorkflowCompletionRetentionMs: number;
  /** Longer journal retentions of handlers are cut to this. Default: null, no limit. */
  readonly maxJournalRetentionMs: number | null;
  /** Longer idempotency retentions are cut to this. Default: null, no limit. */
  readonly maxIdempotencyRetentionMs: number | null;
  /** Longer workflow retentions are cut to this. Default: null, no limit. */
  readonly maxWorkflowCompletionRetentionMs: number | null;
  /** What was ignored while loading, for the log: variables of the official server that mean nothing here. */
  readonly warnings: readonly string[];
}

/** What both ports have. */
export interface PortConfig {
  readonly bindAddress: BindAddress;
  /** Callers must send one of these as `Authorization: Bearer`. Default: none, everybody may come. */
  readonly authTokens: readonly string[];
  /** More of them, one a line; read again when it changes. Default: null. */
  readonly authTokensFile: string | null;
  readonly tls: TlsConfig;
}

/** Paths of PEM files, read again when they change. Default: all null, no TLS. */
export interface TlsConfig {
  /** The certificate and those between it and an authority. Only together with `keyFile`. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Authorities that vouch for clients: without a certificate of theirs nobody comes in. Needs the other two. */
  readonly clientCaFile: string | null;
}

export interface IngressConfig extends PortConfig {
  /** Where services are called. Default: 127.0.0.1:8080. */
  readonly bindAddress: BindAddress;
  /** Largest body of a request, bytes. Default: 32 MiB. */
  readonly requestSizeLimit: number;
  /** Requests that wait for an answer at a time; more are refused with 429. Default: 100,000. */
  readonly concurrentApiRequestsLimit: number;
  /** Where callers reach the ingress, as URL; the admin API tells it. Default: null, made of the bind address. */
  readonly advertisedAddress: string | null;
}

export interface AdminConfig extends PortConfig {
  /** Where the server is administered. Default: 127.0.0.1:9070. */
  readonly bindAddress: BindAddress;
  readonly query: QueryConfig;
}

/** SQL about what the server does. Each query runs in a process of its own. */
export interface QueryConfig {
  /** A query that takes longer is given up. Default: 30 s. */
  readonly timeoutMs: number;
  /** Rows of a result; a query with more is refused. Default: 100,000. */
  readonly rowLimit: number;
  /** Bytes of a result; a query with more is refused. Default: 64 MiB. */
  readonly resultSizeLimit: number;
  /** Memory for reading, sorting and grouping; what is more goes to temporary files of the system. Default: 64 MiB. */
  readonly memoryLimit: number;
  /** Queries that run at a time. Default: 2. */
  readonly concurrencyLimit: number;
  /** Queries that wait for one of these to end; more are refused with 429. Default: 32. */
  readonly waitingLimit: number;
  /** How long a query waits at most because those before it took much of a busy machine; 0: not at all. Default: 30 s. */
  readonly restLimitMs: number;
  /** A process without queries ends after this. Default: 30 s. */
  readonly idleTimeoutMs: number;
}

export interface WorkerConfig {
  /** Fixed when the data directory is created. Default: 1. */
  readonly numPartitions: number;
  /** How often completed invocations past their retention are removed. Default: 1 h. */
  readonly cleanupIntervalMs: number;
  /** Entries in the journal of one invocation; one whose handler sends more is paused. Default: 100,000. */
  readonly journalLengthLimit: number;
  readonly invoker: InvokerConfig;
}

export interface InvokerConfig {
  /** A handler that sends nothing for so long is asked to suspend. Default: 1 min. */
  readonly inactivityTimeoutMs: number;
  /** If it has not suspended after this, the attempt is given up and repeated. Default: 10 min. */
  readonly abortTimeoutMs: number;
  /** Attempts that run at a time. Default: 1,000. */
  readonly concurrentInvocationsLimit: number;
  /** Invocations of a partition in memory; beyond it, waiting ones are left to the store. Default: 66,049. */
  readonly inMemoryQueueLengthLimit: number;
  /** State of a key that is sent along when an attempt starts, bytes; the rest is sent when asked for. Default: 32 MiB. */
  readonly eagerStateSizeLimit: number;
  /** Largest message from an endpoint, bytes. Default: 32 MiB. */
  readonly messageSizeLimit: number;
  /** Until a connection to an endpoint is usable. Default: 10 s. */
  readonly connectTimeoutMs: number;
  /** Attempts on one HTTP/2 connection to an endpoint. Default: 128. */
  readonly http2StreamsPerConnectionLimit: number;
  /** A connection without attempts is closed after this. Default: 5 min. */
  readonly http2IdleConnectionTimeoutMs: number;
  /** Ed25519 key (PKCS #8, PEM) with which requests to endpoints are signed. Default: null, they are not. */
  readonly requestIdentityPrivateKeyPemFile: string | null;
  /** How long before and after its making a signature is good. Default: 1 min. */
  readonly requestIdentityExpirationMs: number;
  /** Journals of so many bytes are compressed for Lambda functions that take it. Default: 4 MiB. */
  readonly requestCompressionThreshold: number;
  /** Profile of the shared AWS files whose keys invoke Lambda functions; null: as the environment says. */
  readonly awsProfile: string | null;
  /** Sent along when the role of a deployment on Lambda is assumed. Default: none. */
  readonly awsAssumeRoleExternalId: string | null;
}

export const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_LOG_LEVEL: LogLevel = "info";

export const LOG_FORMATS = ["pretty", "compact", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
