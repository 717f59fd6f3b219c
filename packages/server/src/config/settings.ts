import {
  type AdminConfig,
  type Config,
  DEFAULT_LOG_LEVEL,
  type IngressConfig,
  type InvokerConfig,
  LOG_FORMATS,
  LOG_LEVELS,
  type PortConfig,
  type QueryConfig,
  type TlsConfig,
  type WorkerConfig,
} from "./config.js";
import {
  bindAddress,
  byteSize,
  count,
  duration,
  factor,
  filePath,
  flag,
  httpUrl,
  limit,
  logFilter,
  oneOf,
  optionalText,
  otlpUrl,
  retention,
  type Setting,
  text,
  tokens,
} from "./setting.js";

/** Keys under a common name: `[worker.invoker]` in the file, `PAWL_WORKER__INVOKER__...` in the environment. */
export interface Section<T> {
  readonly key: string;
  readonly settings: Settings<T>;
}

type Sections =
  | IngressConfig
  | AdminConfig
  | TlsConfig
  | QueryConfig
  | WorkerConfig
  | InvokerConfig
  | Config["defaultRetryPolicy"];

/** For every field of a part of the configuration: how it is read. */
export type Settings<T> = {
  readonly [Name in keyof T]: T[Name] extends Sections ? Section<T[Name]> : Setting<T[Name]>;
};

const MAX_ATTEMPTS = 1_000_000_000;

/** Defaults: Restate 1.7 as observed, docs/compatibility.md, but listening on the loopback address only. */
export const SETTINGS: Settings<Omit<Config, "warnings">> = {
  baseDir: text("base-dir", "./pawl-data", "the path of a directory"),
  clusterName: text("cluster-name", "localcluster", "a name"),
  shutdownTimeoutMs: duration("shutdown-timeout", "1m"),
  logLevel: oneOf("log-level", DEFAULT_LOG_LEVEL, ...LOG_LEVELS),
  logFilter: logFilter("log-filter"),
  logPayloads: flag("log-payloads", false),
  logFormat: oneOf("log-format", "pretty", ...LOG_FORMATS),
  tracingEndpoint: otlpUrl("tracing-endpoint"),
  ingress: {
    key: "ingress",
    settings: {
      bindAddress: bindAddress("bind-address", "127.0.0.1:8080"),
      ...access(),
      requestSizeLimit: byteSize("request-size-limit", "32MiB"),
      concurrentApiRequestsLimit: count("concurrent-api-requests-limit", 100_000, 1, 10_000_000),
      advertisedAddress: httpUrl("advertised-address"),
    },
  },
  admin: {
    key: "admin",
    settings: {
      bindAddress: bindAddress("bind-address", "127.0.0.1:9070"),
      ...access(),
      query: {
        key: "query",
        settings: {
          timeoutMs: duration("timeout", "30s", 1),
          rowLimit: count("row-limit", 100_000, 1, 100_000_000),
          resultSizeLimit: byteSize("result-size-limit", "64MiB"),
          memoryLimit: byteSize("memory-limit", "64MiB"),
          concurrencyLimit: count("concurrency-limit", 2, 1, 64),
          waitingLimit: count("waiting-limit", 32, 0, 10_000),
          restLimitMs: duration("rest-limit", "30s"),
          idleTimeoutMs: duration("idle-timeout", "30s"),
        },
      },
    },
  },
  worker: {
    key: "worker",
    settings: {
      numPartitions: count("num-partitions", 1, 1, 1024),
      cleanupIntervalMs: duration("cleanup-interval", "1h", 100),
      journalLengthLimit: count("journal-length-limit", 100_000, 10, 100_000_000),
      invoker: {
        key: "invoker",
        settings: {
          inactivityTimeoutMs: duration("inactivity-timeout", "1m"),
          abortTimeoutMs: duration("abort-timeout", "10m"),
          concurrentInvocationsLimit: count("concurrent-invocations-limit", 1_000, 1, 1_000_000),
          inMemoryQueueLengthLimit: count("in-memory-queue-length-limit", 66_049, 1, 100_000_000),
          eagerStateSizeLimit: byteSize("eager-state-size-limit", "32MiB"),
          messageSizeLimit: byteSize("message-size-limit", "32MiB"),
          connectTimeoutMs: duration("connect-timeout", "10s", 1),
          http2StreamsPerConnectionLimit: count("http2-streams-per-connection-limit", 128, 1, 65_536),
          http2IdleConnectionTimeoutMs: duration("http2-idle-connection-timeout", "5m", 1),
          requestIdentityPrivateKeyPemFile: filePath("request-identity-private-key-pem-file"),
          requestIdentityExpirationMs: duration("request-identity-expiration", "1m", 1_000),
          requestCompressionThreshold: byteSize("request-compression-threshold", "4MiB"),
          awsProfile: optionalText("aws-profile", "the name of a profile"),
          awsAssumeRoleExternalId: optionalText("aws-assume-role-external-id", "an id"),
        },
      },
    },
  },
  defaultRetryPolicy: {
    key: "default-retry-policy",
    settings: {
      initialIntervalMs: duration("initial-interval", "500ms"),
      exponentiationFactor: factor("exponentiation-factor", 2),
      maxIntervalMs: duration("max-interval", "1m"),
      maxAttempts: maxAttempts(),
      onMaxAttempts: oneOf("on-max-attempts", "pause", "pause", "kill"),
    },
  },
  defaultJournalRetentionMs: retention("default-journal-retention", "1d"),
  defaultIdempotencyRetentionMs: retention("default-idempotency-retention", "1d"),
  defaultWorkflowCompletionRetentionMs: retention("default-workflow-completion-retention", "1d"),
  maxJournalRetentionMs: limit("max-journal-retention"),
  maxIdempotencyRetentionMs: limit("max-idempotency-retention"),
  maxWorkflowCompletionRetentionMs: limit("max-workflow-completion-retention"),
};

/** What both ports have. */
function access(): Settings<Omit<PortConfig, "bindAddress">> {
  return {
    authTokens: tokens("auth-tokens"),
    authTokensFile: filePath("auth-tokens-file"),
    tls: {
      key: "tls",
      settings: {
        certFile: filePath("cert-file"),
        keyFile: filePath("key-file"),
        clientCaFile: filePath("client-ca-file"),
      },
    },
  };
}

/** null is written `unlimited`. */
function maxAttempts(): Setting<number | null> {
  const counted = count("max-attempts", 70, 1, MAX_ATTEMPTS);
  return {
    ...counted,
    expected: `${counted.expected}, or "unlimited"`,
    read: (value) => (value === "unlimited" ? null : counted.read(value)),
  };
}
