import { mkdirSync } from "node:fs";
import { createAdminServer } from "./admin/server.js";
import { formatBindAddress } from "./config/bind-address.js";
import type { Config } from "./config/config.js";
import { openIngress } from "./ingress/server.js";
import { createHttpInvoker } from "./invoker/http-invoker.js";
import type { Invoker } from "./invoker/invoker.js";
import type { Clock } from "./node/clock.js";
import { limitsOf } from "./node/limits.js";
import { type AttemptFailed, Node } from "./node/node.js";
import type { Runtime } from "./node/runtime.js";
import { formatTarget } from "./partition/model.js";
import { serverDefaults } from "./registry/defaults.js";
import { SchemaRegistry } from "./registry/registry.js";
import type { Introspection } from "./store/introspection/introspection.js";
import { QueryPool } from "./store/introspection/process/query-pool.js";
import { openSqliteStore } from "./store/sqlite/sqlite-store.js";
import type { Store } from "./store/store.js";
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
  const { ingressAddress, adminAddress } = server;
  if (ingressAddress === null || adminAddress === null) throw new Error("a port was not opened");
  return { ...server, ingressAddress, adminAddress };
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
    ...(parts.clock && { clock: parts.clock }),
  });
  closers.push(() => node.close());
  const introspection = parts.store === undefined ? openIntrospection(config, node, closers) : null;
  const runtime: Runtime = {
    registry,
    submit: (command) => node.submit(command),
    newInvocationId: (key) => node.newInvocationId(key),
    saveDocuments: (puts, deletes) => node.saveDocuments(puts, deletes),
  };
  const ports: ClosePort[] = [];
  const closePorts = async (timeoutMs: number): Promise<void> => {
    for (const closePort of ports.splice(0).reverse()) await closePort(timeoutMs);
  };
  closers.push(() => closePorts(config.shutdownTimeoutMs));
  await parts.prepare?.(runtime);
  const ingressAddress = parts.opensIngress
    ? await openIngressPort(config, runtime, parts.clock, ports)
    : null;
  const adminAddress = parts.opensAdmin
    ? await openAdminPort(config, runtime, introspection, ingressAddress, ports)
    : null;
  return { runtime, ingressAddress, adminAddress, failed, close, closePorts };
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
  clock: Clock | undefined,
  ports: ClosePort[],
): Promise<string> {
  const ingress = await openIngress(runtime, {
    host: config.ingress.bindAddress.host,
    port: config.ingress.bindAddress.port,
    requestSizeLimitBytes: config.ingress.requestSizeLimit,
    concurrentRequestsLimit: config.ingress.concurrentApiRequestsLimit,
    ...(clock && { now: () => clock.now() }),
  });
  ports.push((timeoutMs) => ingress.close(timeoutMs));
  return formatBindAddress(ingress);
}

async function openAdminPort(
  config: Config,
  runtime: Runtime,
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
  });
  ports.push((timeoutMs) => admin.close(Math.min(timeoutMs, ADMIN_CLOSE_TIMEOUT_MS)));
  return formatBindAddress(admin.address);
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
