import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ConfigError } from "./config-error.js";
import { type ConfigSources, loadConfig } from "./load.js";

const directory = mkdtempSync(join(tmpdir(), "pawl-config-"));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

function file(toml: string): string {
  const path = join(directory, `${files++}.toml`);
  writeFileSync(path, toml);
  return path;
}

/** The error's message, with the file's name made stable. */
function refusal(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll(sources.file ?? "\0", "FILE");
  }
  assert.fail("the configuration was accepted");
}

test("without sources, everything has its default", () => {
  assert.deepEqual(loadConfig({}), {
    baseDir: "./pawl-data",
    clusterName: "localcluster",
    shutdownTimeoutMs: 60_000,
    logLevel: "info",
    logFilter: null,
    logPayloads: false,
    tracingEndpoint: null,
    logFormat: "pretty",
    ingress: {
      bindAddress: { host: "127.0.0.1", port: 8080 },
      requestSizeLimit: 33_554_432,
      concurrentApiRequestsLimit: 100_000,
      advertisedAddress: null,
      authTokens: [],
      authTokensFile: null,
      tls: { certFile: null, keyFile: null, clientCaFile: null },
    },
    admin: {
      bindAddress: { host: "127.0.0.1", port: 9070 },
      authTokens: [],
      authTokensFile: null,
      tls: { certFile: null, keyFile: null, clientCaFile: null },
      query: {
        timeoutMs: 30_000,
        rowLimit: 100_000,
        resultSizeLimit: 64 * 1024 * 1024,
        memoryLimit: 64 * 1024 * 1024,
        concurrencyLimit: 2,
        waitingLimit: 32,
        restLimitMs: 30_000,
        idleTimeoutMs: 30_000,
      },
    },
    worker: {
      numPartitions: 1,
      cleanupIntervalMs: 3_600_000,
      journalLengthLimit: 100_000,
      invoker: {
        inactivityTimeoutMs: 60_000,
        abortTimeoutMs: 600_000,
        concurrentInvocationsLimit: 1_000,
        inMemoryQueueLengthLimit: 66_049,
        eagerStateSizeLimit: 33_554_432,
        messageSizeLimit: 33_554_432,
        connectTimeoutMs: 10_000,
        http2StreamsPerConnectionLimit: 128,
        http2IdleConnectionTimeoutMs: 300_000,
        requestIdentityPrivateKeyPemFile: null,
        requestIdentityExpirationMs: 60_000,
        requestCompressionThreshold: 4_194_304,
        awsProfile: null,
        awsAssumeRoleExternalId: null,
      },
    },
    defaultRetryPolicy: {
      initialIntervalMs: 500,
      exponentiationFactor: 2,
      maxIntervalMs: 60_000,
      maxAttempts: 70,
      onMaxAttempts: "pause",
    },
    defaultJournalRetentionMs: 86_400_000,
    defaultIdempotencyRetentionMs: 86_400_000,
    defaultWorkflowCompletionRetentionMs: 86_400_000,
    maxJournalRetentionMs: null,
    maxIdempotencyRetentionMs: null,
    maxWorkflowCompletionRetentionMs: null,
    warnings: [],
  });
});

test("a file may write keys with hyphens or underscores", () => {
  const config = loadConfig({
    file: file(`
      base-dir = "/var/lib/pawl"
      log_format = "JSON"
      max-journal-retention = "30d"
      [ingress]
      bind_address = "[::1]:0"
      request-size-limit = 1024
      [worker.invoker]
      inactivity_timeout = "PT5M"
      message-size-limit = "1MiB"
      [default-retry-policy]
      max-attempts = "unlimited"
      exponentiation-factor = 1.5
      on-max-attempts = "kill"
    `),
  });
  assert.equal(config.baseDir, "/var/lib/pawl");
  assert.equal(config.logFormat, "json");
  assert.equal(config.maxJournalRetentionMs, 30 * 86_400_000);
  assert.deepEqual(config.ingress.bindAddress, { host: "::1", port: 0 });
  assert.equal(config.ingress.requestSizeLimit, 1024);
  assert.equal(config.worker.invoker.inactivityTimeoutMs, 300_000);
  assert.equal(config.worker.invoker.messageSizeLimit, 1_048_576);
  assert.equal(config.defaultRetryPolicy.maxAttempts, null);
  assert.equal(config.defaultRetryPolicy.exponentiationFactor, 1.5);
  assert.equal(config.defaultRetryPolicy.onMaxAttempts, "kill");
});

test("flags win over PAWL_ variables, those over RESTATE_ variables, those over the file", () => {
  const baseDir = (sources: ConfigSources) => loadConfig(sources).baseDir;
  const flags = { "base-dir": "flag" };
  const pawl = { PAWL_BASE_DIR: "pawl" };
  const restate = { RESTATE_BASE_DIR: "restate" };
  const path = file('base-dir = "file"');
  assert.equal(baseDir({ flags, env: { ...pawl, ...restate }, file: path }), "flag");
  assert.equal(
    baseDir({ flags: { "base-dir": undefined }, env: { ...pawl, ...restate }, file: path }),
    "pawl",
  );
  assert.equal(baseDir({ env: restate, file: path }), "restate");
  assert.equal(baseDir({ env: { PAWL_BASE_DIR: "" }, file: path }), "file");
});

test("two underscores nest in variables", () => {
  const config = loadConfig({
    env: {
      PAWL_INGRESS__BIND_ADDRESS: "0.0.0.0:80",
      RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "5s",
      RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: "7",
      UNRELATED: "x",
    },
  });
  assert.deepEqual(config.ingress.bindAddress, { host: "0.0.0.0", port: 80 });
  assert.equal(config.worker.invoker.inactivityTimeoutMs, 5_000);
  assert.equal(config.worker.invoker.concurrentInvocationsLimit, 7);
});

test("variables of the official server that mean nothing here are warnings, those of its tools are nothing", () => {
  const config = loadConfig({
    env: {
      RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "2GiB",
      RESTATE_LOGGING: "DEBUG",
      RESTATE_ADMIN_URL: "http://localhost:9070",
    },
  });
  assert.deepEqual(config.warnings, [
    "rocksdb-total-memory-size (environment variable RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE) is ignored: Pawl has no such setting",
  ]);
});

test("a file that RESTATE_CONFIG names may have keys of the official server", () => {
  const path = file('base-dir = "x"\nauto-provision = true');
  const config = loadConfig({ env: { RESTATE_CONFIG: path } });
  assert.equal(config.baseDir, "x");
  assert.deepEqual(config.warnings, [`auto-provision (file ${path}) is ignored: Pawl has no such setting`]);
  assert.throws(() => loadConfig({ env: { PAWL_CONFIG: path, RESTATE_CONFIG: "/nowhere" } }), ConfigError);
});

test("bad values name their key, where they came from and what is expected", () => {
  for (const [sources, message] of [
    [
      { env: { PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "soon" } },
      'worker.invoker.inactivity-timeout (environment variable PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT): "soon" is not right; expected a duration such as "30s", "1h 30m" or "PT10S", at most 24d',
    ],
    [
      { env: { RESTATE_ADMIN__BIND_ADDRESS: "9070" } },
      'admin.bind-address (environment variable RESTATE_ADMIN__BIND_ADDRESS): "9070" is not right; expected host and port such as "127.0.0.1:8080" or "[::1]:8080" (port 0: any free one)',
    ],
    [
      { file: file("[ingress]\nrequest-size-limit = true") },
      'ingress.request-size-limit (file FILE): true is not right; expected a size such as "32MiB" or "1000000", at least 1',
    ],
    [
      { flags: { "base-dir": " " } },
      'base-dir (flag --base-dir): " " is not right; expected the path of a directory',
    ],
    [
      { file: file("[worker]\nnum-partitions = 0") },
      "worker.num-partitions (file FILE): 0 is not right; expected a whole number from 1 to 1024",
    ],
    [
      { file: file("worker.invoker.abort-timeout = 60") },
      'worker.invoker.abort-timeout (file FILE): 60 is not right; expected a duration such as "30s", "1h 30m" or "PT10S", at most 24d',
    ],
    [
      { env: { PAWL_LOG_LEVEL: "loud" } },
      'log-level (environment variable PAWL_LOG_LEVEL): "loud" is not right; expected one of "error", "warn", "info", "debug", "trace"',
    ],
    [
      { env: { PAWL_DEFAULT_RETRY_POLICY__EXPONENTIATION_FACTOR: "0.5" } },
      'default-retry-policy.exponentiation-factor (environment variable PAWL_DEFAULT_RETRY_POLICY__EXPONENTIATION_FACTOR): "0.5" is not right; expected a number from 1 to 1000',
    ],
    [
      { env: { PAWL_INGRESS__ADVERTISED_ADDRESS: "here" } },
      'ingress.advertised-address (environment variable PAWL_INGRESS__ADVERTISED_ADDRESS): "here" is not right; expected a URL such as "http://localhost:8080"',
    ],
  ] satisfies [ConfigSources, string][]) {
    assert.equal(refusal(sources), message);
  }
});

test("tokens are a list, or a text with commas; wrong ones are not shown", () => {
  const [one, other] = ["0123456789abcdef", "fedcba9876543210=="];
  const fromFile = loadConfig({ file: file(`[admin]\nauth-tokens = ["${one}", "${other}"]`) });
  assert.deepEqual(fromFile.admin.authTokens, [one, other]);
  const fromEnv = loadConfig({ env: { PAWL_INGRESS__AUTH_TOKENS: `${one}, ${other}` } });
  assert.deepEqual(fromEnv.ingress.authTokens, [one, other]);
  for (const wrong of ["tooshort", `${one},`, "sixteen characters"]) {
    const message = refusal({ env: { PAWL_INGRESS__AUTH_TOKENS: wrong } });
    assert.match(message, /^ingress\.auth-tokens \(.*\): the value is not right; expected a list of tokens/);
    assert.ok(!message.includes(wrong));
  }
  assert.match(refusal({ file: file("[admin]\nauth-tokens = []") }), /^admin\.auth-tokens/);
});

test("half of what TLS needs is refused", () => {
  for (const [given, missing] of [
    ["CERT_FILE", "key-file"],
    ["KEY_FILE", "cert-file"],
    ["CLIENT_CA_FILE", "cert-file"],
  ]) {
    const message = refusal({ env: { [`PAWL_ADMIN__TLS__${given}`]: "x.pem" } });
    assert.match(message, new RegExp(`it needs admin\\.tls\\.${missing}, which is not set$`));
  }
});

test("a bad value is refused even where a stronger source overrides it", () => {
  assert.match(refusal({ env: { RESTATE_LOG_LEVEL: "x", PAWL_LOG_LEVEL: "info" } }), /RESTATE_LOG_LEVEL/);
});

test("unknown keys are refused and the known ones of their section named", () => {
  assert.equal(
    refusal({ env: { PAWL_ADMIN__QUERY__LIMIT: "x" } }),
    "admin.query.limit (environment variable PAWL_ADMIN__QUERY__LIMIT): there is no such setting; there are " +
      "admin.query.timeout, admin.query.row-limit, admin.query.result-size-limit, admin.query.memory-limit, " +
      "admin.query.concurrency-limit, admin.query.waiting-limit, admin.query.rest-limit, admin.query.idle-timeout",
  );
  assert.match(
    refusal({ file: file("[storage]\nx = 1") }),
    /^storage.x \(file FILE\): there is no such setting/,
  );
  assert.equal(
    refusal({ file: file('worker = "big"') }),
    "worker (file FILE): this is a section, and takes no value",
  );
});

test("all problems are told at once", () => {
  try {
    loadConfig({ env: { PAWL_LOG_LEVEL: "x", PAWL_NOPE: "1" } });
    assert.fail("accepted");
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, "RT0002");
    assert.deepEqual(
      error.problems.map(({ key }) => key),
      ["log-level", "nope"],
    );
  }
});

test("files that cannot be read or are no TOML are refused", () => {
  assert.match(refusal({ file: join(directory, "missing.toml") }), /^file FILE: it cannot be read: ENOENT/);
  assert.match(refusal({ file: file('a = "b"\n[ingress\n') }), /^file FILE: line 2, column \d+: /);
  assert.equal(
    refusal({ file: file('base-dir = "a"\nbase_dir = "b"') }),
    'file FILE: "base-dir" is there twice: keep one of them',
  );
});

test("ingress and admin cannot share an address, except for port 0", () => {
  assert.match(
    refusal({ env: { PAWL_ADMIN__BIND_ADDRESS: "127.0.0.1:8080" } }),
    /^admin.bind-address \(environment variable PAWL_ADMIN__BIND_ADDRESS\): it is the same as ingress.bind-address/,
  );
  const env = { PAWL_ADMIN__BIND_ADDRESS: "127.0.0.1:0", PAWL_INGRESS__BIND_ADDRESS: "127.0.0.1:0" };
  assert.equal(loadConfig({ env }).admin.bindAddress.port, 0);
});

test("keys of 2023 that have another name today are taken, from a YAML file and from the environment", () => {
  const path = join(directory, "restate.yaml");
  writeFileSync(
    path,
    [
      "meta:",
      "  rest_address: 127.0.0.1:1001",
      "worker:",
      "  ingress_grpc:",
      "    bind_address: 127.0.0.1:1002",
      "  invoker:",
      "    concurrency_limit: 7",
      "    message_size_limit: null",
      "    retry_policy: { factor: 3.0, initial_interval: 50ms }",
    ].join("\n"),
  );
  const env = { RESTATE_CONFIG: path, RESTATE_META__REST_ADDRESS: "127.0.0.1:1003" };
  const config = loadConfig({ env });
  assert.equal(config.admin.bindAddress.port, 1003);
  assert.equal(config.ingress.bindAddress.port, 1002);
  assert.equal(config.worker.invoker.concurrentInvocationsLimit, 7);
  assert.equal(config.worker.invoker.messageSizeLimit, 33_554_432);
  assert.equal(config.defaultRetryPolicy.exponentiationFactor, 3);
  assert.equal(config.defaultRetryPolicy.initialIntervalMs, 50);
  assert.deepEqual(config.warnings, []);
});

test("the key that signs requests has the official server's name, too", () => {
  const env = { RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: "/key.pem" };
  const config = loadConfig({ env });
  assert.equal(config.worker.invoker.requestIdentityPrivateKeyPemFile, "/key.pem");
  assert.deepEqual(config.warnings, []);
});

test("a YAML file that is none, and one that is no mapping, are refused", () => {
  for (const [text, reason] of [
    ["a: [1", /Flow sequence/],
    ["just words", /must be a mapping/],
  ] as const) {
    const path = join(directory, "bad.yml");
    writeFileSync(path, text);
    assert.throws(() => loadConfig({ file: path }), reason);
  }
});

test("RUST_LOG is the log filter, weaker than PAWL_LOG_FILTER", () => {
  assert.equal(
    loadConfig({ env: { RUST_LOG: "info,restate_invoker=debug" } }).logFilter,
    "info,restate_invoker=debug",
  );
  assert.equal(loadConfig({ env: { RUST_LOG: "info", PAWL_LOG_FILTER: "warn" } }).logFilter, "warn");
  assert.throws(
    () => loadConfig({ env: { RUST_LOG: "loud", PAWL_LOG_FILTER: "node=loud" } }),
    /log-filter .*PAWL_LOG_FILTER/,
  );
});

test("the collector may be named as for the official server", () => {
  const env = { RESTATE_TRACING_ENDPOINT: "otlp+http://localhost:4318/v1/traces" };
  assert.equal(loadConfig({ env }).tracingEndpoint, "http://localhost:4318/v1/traces");
});
