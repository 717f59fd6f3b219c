import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { BindAddress } from "../config/bind-address.js";
import type { Runtime } from "../node/runtime.js";
import type { Discover } from "../registry/discovered.js";
import { createDiscover } from "../registry/discovery.js";
import type { Introspection } from "../store/introspection/introspection.js";
import type { Logger } from "../telemetry/logger.js";
import { createAdminApp } from "./app.js";
import type { ErrorLog } from "./errors.js";

/** Idle clients must not keep others out. */
const MAX_CONNECTIONS = 2_000;

export interface AdminServerOptions {
  readonly runtime: Runtime;
  readonly bindAddress: BindAddress;
  /** URL of the ingress as callers reach it; `GET /version` tells it. */
  readonly ingressEndpoint?: string | null;
  /** Default: `localcluster`. */
  readonly clusterName?: string;
  /** How endpoints are asked for their services. Default: over HTTP. */
  readonly discover?: Discover;
  /** Answers SQL. Default: null, it is refused. */
  readonly introspection?: Introspection | null;
  /** The metrics as text, for `/metrics`. Default: there are none. */
  readonly expose?: () => string;
  /** What is registered and removed, for the log. Default: nothing is said. */
  readonly events?: Logger;
  /** Internal errors. Default: to the console. */
  readonly log?: ErrorLog;
}

export interface AdminServer {
  /** Where it listens; the port is a real one even when any was asked for. */
  readonly address: BindAddress;
  /** Accepts nothing new, waits up to `timeoutMs` for answers under way, then drops what is left. */
  close(timeoutMs?: number): Promise<void>;
}

const DEFAULT_CLUSTER_NAME = "localcluster";
const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;

/**
 * Opens the port for administration.
 * @throws the error of node:net (EADDRINUSE, EACCES, ...) when it cannot be opened
 */
export async function createAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { runtime, bindAddress, clusterName = DEFAULT_CLUSTER_NAME } = options;
  const app = createAdminApp({
    runtime,
    clusterName,
    ingressEndpoint: options.ingressEndpoint ?? null,
    discover: options.discover ?? createDiscover({ clusterName }),
    introspection: options.introspection ?? null,
    log: options.log ?? console.error,
    ...(options.events !== undefined && { events: options.events }),
    ...(options.expose !== undefined && { expose: options.expose }),
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(bindAddress.port, bindAddress.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: bindAddress.host, port },
    close: (timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS) => close(server, timeoutMs),
  };
}

function close(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(timeout);
      resolve();
    });
    server.closeIdleConnections();
  });
}
