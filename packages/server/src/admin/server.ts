import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { closing, mayEnter } from "../access/entry.js";
import type { PortAccess } from "../access/port-access.js";
import type { RequestIdentity } from "../access/request-identity.js";
import type { LambdaFunctions } from "../aws/lambda-functions.js";
import type { BindAddress } from "../config/bind-address.js";
import { DualListener } from "../http/dual-listener.js";
import type { Exchange } from "../http/exchange.js";
import type { Runtime } from "../node/runtime.js";
import type { Discover } from "../registry/discovered.js";
import { createDiscover } from "../registry/discovery.js";
import { createConvertPreview } from "../registry/serde-previews.js";
import type { Introspection } from "../store/introspection/introspection.js";
import type { BackupStore } from "../store/sqlite/backup.js";
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
  /** Signs requests to endpoints. Default: null, they are not signed. */
  readonly identity?: RequestIdentity | null;
  /** How functions of AWS Lambda are asked. Default: with the credentials that the environment gives. */
  readonly functions?: LambdaFunctions;
  /** How endpoints are asked for their services. Default: over HTTP. */
  readonly discover?: Discover;
  /** What `POST /backup` copies. Default: null, there is no such path. */
  readonly backups?: Pick<BackupStore, "backup"> | null;
  /** Who may come, and TLS. Default: everybody, in the clear. */
  readonly access?: PortAccess;
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

const HEALTH_PATH = /^(?:\/v\d)?\/health$/;
const TOKEN_MISSING =
  "the admin API asks for a token: send the header authorization: Bearer <token>. Command line tools take it from PAWL_AUTH_TOKEN or RESTATE_AUTH_TOKEN";

const DEFAULT_CLUSTER_NAME = "localcluster";
const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;

/**
 * Opens the port for administration, for HTTP/1.1 and HTTP/2.
 * @throws the error of node:net (EADDRINUSE, EACCES, ...) when it cannot be opened
 */
export async function createAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { runtime, bindAddress, clusterName = DEFAULT_CLUSTER_NAME, identity = null } = options;
  const asking = { clusterName, identity, ...(options.functions && { functions: options.functions }) };
  const app = createAdminApp({
    runtime,
    clusterName,
    ingressEndpoint: options.ingressEndpoint ?? null,
    discover: options.discover ?? createDiscover(asking),
    convertPreview: createConvertPreview(asking),
    backups: options.backups ?? null,
    identityKey: identity?.publicKey ?? null,
    introspection: options.introspection ?? null,
    log: options.log ?? console.error,
    ...(options.events !== undefined && { events: options.events }),
    ...(options.expose !== undefined && { expose: options.expose }),
  });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const tokens = options.access?.tokens ?? null;
  const listener = new DualListener((exchange) => {
    const { request, response } = exchange;
    if (mayEnter(tokens, request) || isHealthCheck(exchange)) {
      void answer(request as IncomingMessage, response as ServerResponse);
    } else refuse(exchange);
  }, options.access);
  const { server } = listener;
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
    close: (timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS) => listener.close(timeoutMs),
  };
}

/** Load balancers and the like have no token. */
function isHealthCheck({ request }: Exchange): boolean {
  return (request.method === "GET" || request.method === "HEAD") && HEALTH_PATH.test(request.url ?? "");
}

/** Before a byte of the body is read. */
function refuse({ request, response }: Exchange): void {
  request.resume();
  const body = Buffer.from(JSON.stringify({ message: TOKEN_MISSING, restate_code: null }));
  response.writeHead(401, {
    "www-authenticate": 'Bearer realm="pawl admin"',
    "content-type": "application/json",
    "content-length": body.byteLength,
    ...closing(request),
  });
  response.end(body);
}
