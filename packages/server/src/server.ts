import { mkdirSync } from "node:fs";
import { createAdminServer } from "./admin/server.js";
import { formatBindAddress } from "./config/bind-address.js";
import type { Config } from "./config/config.js";
import { openIngress } from "./ingress/server.js";
import { createHttpInvoker } from "./invoker/http-invoker.js";
import { limitsOf } from "./node/limits.js";
import { type AttemptFailed, Node } from "./node/node.js";
import type { Runtime } from "./node/runtime.js";
import { formatTarget } from "./partition/model.js";
import { serverDefaults } from "./registry/defaults.js";
import { SchemaRegistry } from "./registry/registry.js";
import { QueryPool } from "./store/introspection/process/query-pool.js";
import { openSqliteStore } from "./store/sqlite/sqlite-store.js";
import { createLogger, type Logger } from "./telemetry/logger.js";

export interface RunningServer {
  /** `host:port` where services are called. */
  readonly ingressAddress: string;
  /** `host:port` of the admin API. */
  readonly adminAddress: string;
  /** Resolves when the server can go on no more (its store failed); never while all is well. */
  readonly failed: Promise<unknown>;
  /** Takes nothing new, answers what is under way (up to the shutdown timeout), makes all durable, and lets go. */
  close(): Promise<void>;
}

/**
 * Starts everything that one server is made of, and takes up what the last one left.
 * @throws StoreError when the data directory is in use or cannot be used; the system's error when an address is taken
 */
export async function startServer(config: Config): Promise<RunningServer> {
  mkdirSync(config.baseDir, { recursive: true });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await open(config, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  config: Config,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<RunningServer> {
  const store = await openSqliteStore({ path: config.baseDir });
  closers.push(() => store.close());
  const { invoker: limits } = config.worker;
  const invoker = createHttpInvoker({
    maxPayloadBytes: limits.messageSizeLimit,
    connectTimeoutMs: limits.connectTimeoutMs,
    streamsPerConnection: limits.http2StreamsPerConnectionLimit,
    idleConnectionMs: limits.http2IdleConnectionTimeoutMs,
    requestHeaders: { "x-restate-cluster-name": config.clusterName },
  });
  closers.push(() => invoker.close());
  const registry = new SchemaRegistry(serverDefaults(config));
  const logger = createLogger({ level: config.logLevel, format: config.logFormat });
  for (const warning of config.warnings) logger.log("warn", warning);
  let onFailure: (error: unknown) => void = () => {};
  const failed = new Promise<unknown>((resolve) => {
    onFailure = resolve;
  });
  const node = await Node.open({
    store,
    registry,
    invoker,
    partitions: config.worker.numPartitions,
    concurrentInvocationsLimit: limits.concurrentInvocationsLimit,
    cleanupIntervalMs: config.worker.cleanupIntervalMs,
    limits: limitsOf(config),
    onFatal: onFailure,
    onAttemptFailed: (event) => logFailure(logger, event),
  });
  closers.push(() => node.close());
  const introspection = new QueryPool({
    directory: config.baseDir,
    limits: config.admin.query,
    attempts: () => node.attempts(),
  });
  closers.push(() => introspection.close());
  const runtime: Runtime = {
    registry,
    submit: (command) => node.submit(command),
    newInvocationId: (key) => node.newInvocationId(key),
    saveDocuments: (puts, deletes) => node.saveDocuments(puts, deletes),
  };
  const ingress = await openIngress(runtime, {
    host: config.ingress.bindAddress.host,
    port: config.ingress.bindAddress.port,
    requestSizeLimitBytes: config.ingress.requestSizeLimit,
    concurrentRequestsLimit: config.ingress.concurrentApiRequestsLimit,
  });
  closers.push(() => ingress.close(config.shutdownTimeoutMs));
  const ingressAddress = formatBindAddress(ingress);
  const admin = await createAdminServer({
    runtime,
    bindAddress: config.admin.bindAddress,
    ingressEndpoint: config.ingress.advertisedAddress ?? `http://${ingressAddress}/`,
    clusterName: config.clusterName,
    introspection,
  });
  closers.push(() => admin.close());
  return { ingressAddress, adminAddress: formatBindAddress(admin.address), failed, close };
}

/** Once an attempt: what a user needs to find out why an invocation does not get on. */
function logFailure(logger: Logger, { invocation, failure, next }: AttemptFailed): void {
  logger.log("warn", `an attempt failed: ${failure.message}`, {
    "restate.invocation.id": invocation.id,
    "restate.invocation.target": formatTarget(invocation.target),
    "restate.error.code": failure.docCode,
    "restate.retry.count": invocation.attempt?.retryCount,
    "restate.next": next,
  });
}
