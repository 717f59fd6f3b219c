import { mkdirSync } from "node:fs";
import { createAdminServer } from "./admin/server.js";
import { formatBindAddress } from "./config/bind-address.js";
import type { Config } from "./config/config.js";
import { openIngress } from "./ingress/server.js";
import { createHttpInvoker } from "./invoker/http-invoker.js";
import type { Invoker } from "./invoker/invoker.js";
import type { Clock } from "./node/clock.js";
import { limitsOf } from "./node/limits.js";
import { Node } from "./node/node.js";
import type { Runtime } from "./node/runtime.js";
import { serverDefaults } from "./registry/defaults.js";
import { SchemaRegistry } from "./registry/registry.js";
import type { Introspection } from "./store/introspection/introspection.js";
import { QueryPool } from "./store/introspection/process/query-pool.js";
import { databaseBytes } from "./store/sqlite/directory.js";
import { openSqliteStore } from "./store/sqlite/sqlite-store.js";
import type { Store } from "./store/store.js";
import { addConnections, addGauges } from "./telemetry/metrics/server-metrics.js";
import { openTelemetry, type Telemetry } from "./telemetry/telemetry.js";

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

/** What is different about a server that is part of another program. */
export interface ServerParts {
  /** Default: SQLite in the base directory. */
  readonly store?: Store;
  /** What runs attempts, given what runs them over HTTP. Default: the latter. */
  readonly toInvoker?: (http: Invoker) => Invoker;
  readonly clock?: Clock;
  /** Once the node takes commands, before anybody can reach it from outside. */
  readonly prepare?: (runtime: Runtime) => Promise<void>;
  readonly opensIngress: boolean;
  readonly opensAdmin: boolean;
}

export interface AssembledServer extends Omit<RunningServer, "ingressAddress" | "adminAddress"> {
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
  /** null: it was not opened. */
  readonly ingressAddress: string | null;
  readonly adminAddress: string | null;
  /** Takes nothing new from outside, and drops what is not answered after so long. */
  closePorts(timeoutMs: number): Promise<void>;
}

type ClosePort = (timeoutMs: number) => Promise<void>;

/** A port for administration does not wait for its slow clients for longer. */
const ADMIN_CLOSE_TIMEOUT_MS = 5_000;

/**
 * Starts everything that one server is made of, and takes up what the last one left.
 * @throws StoreError when the data directory is in use or cannot be used; the system's error when an address is taken
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const server = await assembleServer(config, { opensIngress: true, opensAdmin: true });
  const { ingressAddress, adminAddress, failed, telemetry } = server;
  if (ingressAddress === null || adminAddress === null) throw new Error("a port was not opened");
  const { version, loggers } = telemetry;
  loggers.server.info?.("the server is running", { version, ingress: ingressAddress, admin: adminAddress });
  const close = async (): Promise<void> => {
    loggers.server.info?.("the server stops");
    await server.close();
  };
  return { ingressAddress, adminAddress, failed, close };
}

export async function assembleServer(config: Config, parts: ServerParts): Promise<AssembledServer> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await open(config, parts, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  config: Config,
  parts: ServerParts,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<AssembledServer> {
  const telemetry = await openTelemetry(config, process.env);
  closers.push(() => telemetry.close());
  const { tracing, metrics } = telemetry;
  for (const warning of config.warnings) telemetry.loggers.server.warn?.(warning);
  const store = parts.store ?? (await openStore(config.baseDir));
  closers.push(() => store.close());
  const { invoker: limits } = config.worker;
  const http = createHttpInvoker({
    maxPayloadBytes: limits.messageSizeLimit,
    connectTimeoutMs: limits.connectTimeoutMs,
    streamsPerConnection: limits.http2StreamsPerConnectionLimit,
    idleConnectionMs: limits.http2IdleConnectionTimeoutMs,
    requestHeaders: { "x-restate-cluster-name": config.clusterName },
  });
  const invoker = parts.toInvoker?.(http) ?? http;
  closers.push(() => invoker.close());
  const registry = new SchemaRegistry(serverDefaults(config));
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
    observer: telemetry.observer,
    ...(tracing !== null && { traceparentOf: tracing.traceparentOf }),
    ...(parts.clock && { clock: parts.clock }),
  });
  closers.push(() => node.close());
  const introspection = parts.store === undefined ? openIntrospection(config, node, closers) : null;
  addGauges(metrics.registry, {
    queueLengths: () => node.queueLengths,
    concurrencyLimit: limits.concurrentInvocationsLimit,
    partitions: node.partitions,
    storeBytes: parts.store === undefined ? () => databaseBytes(config.baseDir) : null,
  });
  const untraced: Runtime = {
    registry,
    submit: (command) => node.submit(command),
    newInvocationId: (key) => node.newInvocationId(key),
    saveDocuments: (puts, deletes) => node.saveDocuments(puts, deletes),
  };
  const runtime = tracing === null ? untraced : tracing.runtime(untraced);
  const ports: ClosePort[] = [];
  const closePorts = async (timeoutMs: number): Promise<void> => {
    for (const closePort of ports.splice(0).reverse()) await closePort(timeoutMs);
  };
  closers.push(() => closePorts(config.shutdownTimeoutMs));
  await parts.prepare?.(runtime);
  const ingressAddress = parts.opensIngress
    ? await openIngressPort(config, runtime, telemetry, parts.clock, ports)
    : null;
  const adminAddress = parts.opensAdmin
    ? await openAdminPort(config, runtime, telemetry, introspection, ingressAddress, ports)
    : null;
  return { runtime, telemetry, ingressAddress, adminAddress, failed, close, closePorts };
}

async function openStore(directory: string): Promise<Store> {
  mkdirSync(directory, { recursive: true });
  return await openSqliteStore({ path: directory });
}

/** Its process starts with the first query. */
function openIntrospection(config: Config, node: Node, closers: (() => Promise<void>)[]): Introspection {
  const pool = new QueryPool({
    directory: config.baseDir,
    limits: config.admin.query,
    attempts: () => node.attempts(),
  });
  closers.push(() => pool.close());
  return pool;
}

async function openIngressPort(
  config: Config,
  runtime: Runtime,
  { observer, metrics }: Telemetry,
  clock: Clock | undefined,
  ports: ClosePort[],
): Promise<string> {
  const ingress = await openIngress(runtime, {
    host: config.ingress.bindAddress.host,
    port: config.ingress.bindAddress.port,
    requestSizeLimitBytes: config.ingress.requestSizeLimit,
    concurrentRequestsLimit: config.ingress.concurrentApiRequestsLimit,
    ...(clock && { now: () => clock.now() }),
    meter: observer,
  });
  ports.push((timeoutMs) => ingress.close(timeoutMs));
  addConnections(metrics.registry, ingress.connections);
  return formatBindAddress(ingress);
}

async function openAdminPort(
  config: Config,
  runtime: Runtime,
  { loggers, metrics }: Telemetry,
  introspection: Introspection | null,
  ingressAddress: string | null,
  ports: ClosePort[],
): Promise<string> {
  const admin = await createAdminServer({
    runtime,
    bindAddress: config.admin.bindAddress,
    ingressEndpoint:
      config.ingress.advertisedAddress ?? (ingressAddress === null ? null : `http://${ingressAddress}/`),
    clusterName: config.clusterName,
    introspection,
    expose: () => metrics.registry.expose(),
    events: loggers.admin,
    log: (message, error) =>
      loggers.admin.error?.(message, { reason: error instanceof Error ? error.stack : String(error) }),
  });
  ports.push((timeoutMs) => admin.close(Math.min(timeoutMs, ADMIN_CLOSE_TIMEOUT_MS)));
  return formatBindAddress(admin.address);
}
