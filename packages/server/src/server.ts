import { mkdirSync } from "node:fs";
import { exposureWarnings } from "./access/exposure.js";
import { PortAccess } from "./access/port-access.js";
import { readRequestIdentity } from "./access/request-identity.js";
import { type AdminServerOptions, createAdminServer } from "./admin/server.js";
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
import type { BackupStore } from "./store/sqlite/backup.js";
import { openSqliteStore } from "./store/sqlite/sqlite-store.js";
import type { Store } from "./store/store.js";
import { createLogger, type Logger } from "./telemetry/logger.js";

export interface RunningServer {
  /** `host:port` where services are called. */
  readonly ingressAddress: string;
  /** `host:port` of the admin API. */
  readonly adminAddress: string;
  /** Where services are called, as URL: `https` where the port speaks TLS. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** By which endpoints check that requests are this server's (`publickeyv1_...`); null: they are not signed. */
  readonly requestIdentityKey: string | null;
  /** Resolves when the server can go on no more (its store failed); never while all is well. */
  readonly failed: Promise<unknown>;
  /** Reads tokens and certificates again, as it does by itself within seconds when their files change. */
  reload(): void;
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

export interface AssembledServer
  extends Omit<RunningServer, "ingressAddress" | "adminAddress" | "ingressUrl" | "adminUrl"> {
  readonly runtime: Runtime;
  /** null: it was not opened. */
  readonly ingressAddress: string | null;
  readonly adminAddress: string | null;
  readonly access: Access;
  /** Takes nothing new from outside, and drops what is not answered after so long. */
  closePorts(timeoutMs: number): Promise<void>;
}

/** Who may use the ports. */
interface Access {
  readonly ingress: PortAccess;
  readonly admin: PortAccess;
}

type ClosePort = (timeoutMs: number) => Promise<void>;

/** A port for administration does not wait for its slow clients for longer. */
const ADMIN_CLOSE_TIMEOUT_MS = 5_000;

/**
 * Starts everything that one server is made of, and takes up what the last one left.
 * @throws AccessError when a file with tokens, certificates or keys cannot be used; StoreError when the data directory is in
 * use or cannot be used; the system's error when an address is taken
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const server = await assembleServer(config, { opensIngress: true, opensAdmin: true });
  const { ingressAddress, adminAddress, access } = server;
  if (ingressAddress === null || adminAddress === null) throw new Error("a port was not opened");
  return {
    ...server,
    ingressAddress,
    adminAddress,
    ingressUrl: urlOf(ingressAddress, access.ingress),
    adminUrl: urlOf(adminAddress, access.admin),
  };
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
  const logger = createLogger({ level: config.logLevel, format: config.logFormat });
  for (const warning of config.warnings) logger.log("warn", warning);
  const { invoker: limits } = config.worker;
  const { requestIdentityPrivateKeyPemFile: identityFile, requestIdentityExpirationMs } = limits;
  const identity =
    identityFile === null ? null : readRequestIdentity(identityFile, requestIdentityExpirationMs);
  const access = openAccess(config, logger, closers);
  const embedded = parts.store === undefined ? await openStore(config.baseDir) : null;
  const store = parts.store ?? (embedded as Store);
  closers.push(() => store.close());
  const http = createHttpInvoker({
    maxPayloadBytes: limits.messageSizeLimit,
    connectTimeoutMs: limits.connectTimeoutMs,
    streamsPerConnection: limits.http2StreamsPerConnectionLimit,
    idleConnectionMs: limits.http2IdleConnectionTimeoutMs,
    requestHeaders: { "x-restate-cluster-name": config.clusterName },
    identity,
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
    ? await openIngressPort(config, runtime, access.ingress, parts.clock, ports)
    : null;
  const ingressUrl = ingressAddress === null ? null : urlOf(ingressAddress, access.ingress);
  const adminAddress = parts.opensAdmin
    ? await openAdminPort(config, runtime, ports, {
        introspection,
        ingressEndpoint: config.ingress.advertisedAddress ?? (ingressUrl === null ? null : `${ingressUrl}/`),
        identity,
        access: access.admin,
        backups: embedded,
      })
    : null;
  for (const warning of exposureWarnings(config)) logger.log("warn", warning);
  return {
    runtime,
    ingressAddress,
    adminAddress,
    access,
    requestIdentityKey: identity?.publicKey ?? null,
    failed,
    reload: () => {
      access.ingress.reload();
      access.admin.reload();
    },
    close,
    closePorts,
  };
}

function openAccess(config: Config, logger: Logger, closers: (() => Promise<void>)[]): Access {
  const open = (section: keyof Access): PortAccess => {
    const warn = (message: string): void => logger.log("warn", message);
    const access = new PortAccess({ section, config: config[section], warn });
    closers.push(async () => access.close());
    return access;
  };
  return { ingress: open("ingress"), admin: open("admin") };
}

function urlOf(address: string, access: PortAccess): string {
  return `${access.tls === null ? "http" : "https"}://${address}`;
}

async function openStore(directory: string): Promise<BackupStore> {
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
  access: PortAccess,
  clock: Clock | undefined,
  ports: ClosePort[],
): Promise<string> {
  const ingress = await openIngress(runtime, {
    host: config.ingress.bindAddress.host,
    port: config.ingress.bindAddress.port,
    requestSizeLimitBytes: config.ingress.requestSizeLimit,
    concurrentRequestsLimit: config.ingress.concurrentApiRequestsLimit,
    access,
    ...(clock && { now: () => clock.now() }),
  });
  ports.push((timeoutMs) => ingress.close(timeoutMs));
  return formatBindAddress(ingress);
}

async function openAdminPort(
  config: Config,
  runtime: Runtime,
  ports: ClosePort[],
  options: Omit<AdminServerOptions, "runtime" | "bindAddress" | "clusterName">,
): Promise<string> {
  const { bindAddress } = config.admin;
  const admin = await createAdminServer({
    ...options,
    runtime,
    bindAddress,
    clusterName: config.clusterName,
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
