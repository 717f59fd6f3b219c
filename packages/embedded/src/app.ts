import type { EndpointOptions } from "@pawl/sdk";
import { InProcessEndpoint } from "@pawl/sdk/in-process";
import { type EmbeddedServer, loadConfig, openEmbeddedServer } from "@pawl/server/embedded";
import { createClients } from "./callers.js";
import type { AppClients } from "./clients.js";

export interface OpenOptions extends EndpointOptions {
  /** The directory of the data, made when it is missing. One process at a time may have it open. */
  readonly path: string;
  /** Opens the port for HTTP callers: `true` for 127.0.0.1:8080, or an address like `127.0.0.1:0`. Default: none. */
  readonly ingress?: boolean | string;
  /** Opens the port for administration: `true` for 127.0.0.1:9070, or an address like `127.0.0.1:0`. Default: none. */
  readonly admin?: boolean | string;
  /** Settings of the server by their keys, e.g. `{ "default-retry-policy.max-attempts": "5" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Allows a service to become of another type than at the last start. Default: false. */
  readonly breaking?: boolean;
}

/** A server, the handlers that it runs, and their clients, in this process. */
export interface App extends AppClients, AsyncDisposable {
  /** Where HTTP callers find the services; undefined when the port was not opened. */
  readonly ingressUrl: string | undefined;
  /** Where the server is administered; undefined when the port was not opened. */
  readonly adminUrl: string | undefined;
  /** Resolves, with the reason, when the server can go on no more (its disk is full, say); never while all is well. */
  readonly failed: Promise<unknown>;
  /**
   * Stops handlers where they are; what they did stays done, and they go on at the next `open`. Calls that still wait are
   * rejected.
   */
  close(): Promise<void>;
}

/**
 * Opens the data, takes up every invocation where the last process left it, and runs handlers in this process.
 * @throws StoreError when the data is in use by another process or cannot be used; ConfigError on wrong settings;
 *   RegistryError when the services cannot take the place of those of the last start
 */
export async function open(options: OpenOptions): Promise<App> {
  const { path, ingress = false, admin = false, settings, breaking = false, ...endpointOptions } = options;
  const endpoint = new InProcessEndpoint(endpointOptions);
  const config = loadConfig({
    flags: { ...settings, "base-dir": path, ...address("ingress", ingress), ...address("admin", admin) },
  });
  const codec = await options.journalValueCodecProvider?.();
  const server = await openEmbeddedServer({
    config,
    handlers: endpoint,
    allowsBreakingChanges: breaking,
    opensIngress: ingress !== false,
    opensAdmin: admin !== false,
  });
  return toApp(
    server,
    createClients(endpoint, () => server.caller, codec),
  );
}

function address(port: "ingress" | "admin", wanted: boolean | string): Record<string, string> {
  return typeof wanted === "string" ? { [`${port}.bind-address`]: wanted } : {};
}

function toApp(server: EmbeddedServer, clients: AppClients): App {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= server.close();
    return closing;
  };
  return Object.assign(clients, {
    ingressUrl: urlOf(server.ingressAddress),
    adminUrl: urlOf(server.adminAddress),
    failed: server.failed,
    close,
    [Symbol.asyncDispose]: close,
  });
}

function urlOf(address: string | null): string | undefined {
  return address === null ? undefined : `http://${address}`;
}
