import { mkdirSync } from "node:fs";
import { exposureWarnings } from "./access/exposure.js";
import { PortAccess } from "./access/port-access.js";
import { readRequestIdentity } from "./access/request-identity.js";
import { type AdminServerOptions, createAdminServer } from "./admin/server.js";
import { LambdaFunctions } from "./aws/lambda-functions.js";
import { formatBindAddress } from "./config/bind-address.js";
import type { Config } from "./config/config.js";
import { openIngress } from "./ingress/server.js";
import { createHttpInvoker } from "./invoker/http-invoker.js";
import type { Invoker } from "./invoker/invoker.js";
import { createLambdaInvoker } from "./invoker/lambda-invoker.js";
import { createRemoteInvoker } from "./invoker/remote-invoker.js";
import type { Clock } from "./node/clock.js";
import { limitsOf } from "./node/limits.js";
import { Node } from "./node/node.js";
import type { Runtime } from "./node/runtime.js";
import { serverDefaults } from "./registry/defaults.js";
import { SchemaRegistry } from "./registry/registry.js";
import type { Introspection } from "./store/introspection/introspection.js";
import { QueryPool } from "./store/introspection/process/query-pool.js";
import type { BackupStore } from "./store/sqlite/backup.js";
import { databaseBytes } from "./store/sqlite/directory.js";
import { openSqliteStore } from "./store/sqlite/sqlite-store.js";
import type { Store } from "./store/store.js";
import type { Logger } from "./telemetry/logger.js";
import { addConnections, addGauges } from "./telemetry/metrics/server-metrics.js";
import { openTelemetry, type Telemetry } from "./telemetry/telemetry.js";

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
  /** What runs attempts, given what runs them in other programs. Default: the latter. */
  readonly toInvoker?: (remote: Invoker) => Invoker;
  readonly clock?: Clock;
  /** Once the node takes commands, before anybody can reach it from outside. */
  readonly prepare?: (runtime: Runtime) => Promise<void>;
  readonly opensIngress: boolean;
  readonly opensAdmin: boolean;
}

export interface AssembledServer
  extends Omit<RunningServer, "ingressAddress" | "adminAddress" | "ingressUrl" | "adminUrl"> {
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
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
  const { ingressAddress, adminAddress, access, telemetry } = server;
  if (ingressAddress === null || adminAddress === null) throw new Error("a port was not opened");
  const { version, loggers } = telemetry;
  loggers.server.info?.("the server is running", { version, ingress: ingressAddress, admin: adminAddress });
  return {
    ...server,
    ingressAddress,
    adminAddress,
    ingressUrl: urlOf(ingressAddress, access.ingress),
    adminUrl: urlOf(adminAddress, access.admin),
    close: async () => {
      loggers.server.info?.("the server stops");
      await server.close();
    },
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
  const telemetry = await openTelemetry(config, process.env);
  closers.push(() => telemetry.close());
  const { tracing, metrics, loggers } = telemetry;
  for (const warning of config.warnings) loggers.server.warn?.(warning);
  const { invoker: limits } = config.worker;
  const { requestIdentityPrivateKeyPemFile: identityFile, requestIdentityExpirationMs } = limits;
  const identity =
    identityFile === null ? null : readRequestIdentity(identityFile, requestIdentityExpirationMs);
  const access = openAccess(config, loggers.server, closers);
  const embedded = parts.store === undefined ? await openStore(config.baseDir) : null;
  const store = parts.store ?? (embedded as Store);
  closers.push(() => store.close());
  const common = {
    maxPayloadBytes: limits.messageSizeLimit,
    requestHeaders: { "x-restate-cluster-name": config.clusterName },
    identity,
  };
  const functions = new LambdaFunctions({
    profile: limits.awsProfile,
    externalId: limits.awsAssumeRoleExternalId,
    compressionThreshold: limits.requestCompressionThreshold,
    connectTimeoutMs: limits.connectTimeoutMs,
  });
  const http = createHttpInvoker({
    ...common,
    connectTimeoutMs: limits.connectTimeoutMs,
    streamsPerConnection: limits.http2StreamsPerConnectionLimit,
    idleConnectionMs: limits.http2IdleConnectionTimeoutMs,
  });
  const remote = createRemoteInvoker(http, createLambdaInvoker(functions, common));
  const invoker = parts.toInvoker?.(remote) ?? remote;
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
  const introspection = embedded !== null ? openIntrospection(config, node, closers) : null;
  addGauges(metrics.registry, {
    queueLengths: () => node.queueLengths,
    concurrencyLimit: limits.concurrentInvocationsLimit,
    partitions: node.partitions,
    storeBytes: embedded !== null ? () => databaseBytes(config.baseDir) : null,
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
    ? await openIngressPort(config, runtime, telemetry, access.ingress, parts.clock, ports)
    : null;
  const ingressUrl = ingressAddress === null ? null : urlOf(ingressAddress, access.ingress);
  const adminAddress = parts.opensAdmin
    ? await openAdminPort(config, runtime, telemetry, ports, {
        introspection,
        ingressEndpoint: config.ingress.advertisedAddress ?? (ingressUrl === null ? null : `${ingressUrl}/`),
        identity,
        functions,
        access: access.admin,
        backups: embedded,
      })
    : null;
  for (const warning of exposureWarnings(config)) loggers.server.warn?.(warning);
  return {
    runtime,
    telemetry,
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
    const warn = (message: string): void => logger.warn?.(message);
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
  { observer, metrics }: Telemetry,
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
  ports: ClosePort[],
  options: Omit<AdminServerOptions, "runtime" | "bindAddress" | "clusterName">,
): Promise<string> {
  const { bindAddress } = config.admin;
  const admin = await createAdminServer({
    ...options,
    runtime,
    bindAddress,
    clusterName: config.clusterName,
    expose: () => metrics.registry.expose(),
    events: loggers.admin,
    log: (message, error) =>
      loggers.admin.error?.(message, { reason: error instanceof Error ? error.stack : String(error) }),
  });
  ports.push((timeoutMs) => admin.close(Math.min(timeoutMs, ADMIN_CLOSE_TIMEOUT_MS)));
  return formatBindAddress(admin.address);
}
