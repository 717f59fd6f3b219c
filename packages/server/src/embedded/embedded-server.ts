import type { EndpointManifest } from "@pawl/protocol";
import type { Config } from "../config/config.js";
import {
  createInProcessInvoker,
  createRoutingInvoker,
  type InProcessHandlers,
} from "../invoker/in-process-invoker.js";
import type { Invoker } from "../invoker/invoker.js";
import type { Clock } from "../node/clock.js";
import { planInProcessRegistration } from "../registry/in-process.js";
import { assembleServer } from "../server.js";
import type { Store } from "../store/store.js";
import { LocalCaller } from "./local-caller.js";

/** What an SDK offers of the handlers in this process. */
export interface InProcessDeployment extends InProcessHandlers {
  readonly manifest: EndpointManifest;
  readonly sdkVersion: string;
}

export interface EmbeddedOptions {
  readonly config: Config;
  readonly handlers: InProcessDeployment;
  /** Services may become of another type than they had at the last start. */
  readonly allowsBreakingChanges: boolean;
  /** Default: SQLite in the base directory. */
  readonly store?: Store;
  readonly clock?: Clock;
  /** What stands between the node and the attempts in this process. */
  readonly wrapInvoker?: (invoker: Invoker) => Invoker;
  /** Whether the port for callers is opened. */
  readonly opensIngress: boolean;
  /** Whether the port for administration is opened. */
  readonly opensAdmin: boolean;
}

export interface EmbeddedServer {
  readonly caller: LocalCaller;
  /** `host:port`; null when it was not opened. */
  readonly ingressAddress: string | null;
  /** `host:port`; null when it was not opened. */
  readonly adminAddress: string | null;
  /** Resolves when the server can go on no more (its store failed). */
  readonly failed: Promise<unknown>;
  /** Stops handlers where they are, makes all durable, and lets go. Calls under way are rejected. */
  close(): Promise<void>;
  /** Frees the ports and handlers as the death of the process would. Nothing is answered, and the store is left alone. */
  abandon(): Promise<void>;
}

/**
 * Starts a server whose handlers are in this process.
 * @throws StoreError when the data cannot be used; RegistryError when the services cannot take the place of those of the
 *   last start
 */
export async function openEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { config, handlers, clock, store } = options;
  const local = createInProcessInvoker(handlers, {
    maxPayloadBytes: config.worker.invoker.messageSizeLimit,
  });
  const wrapped = options.wrapInvoker?.(local) ?? local;
  const now = (): number => clock?.now() ?? Date.now();
  const server = await assembleServer(config, {
    ...(store && { store }),
    ...(clock && { clock }),
    opensIngress: options.opensIngress,
    opensAdmin: options.opensAdmin,
    toInvoker: (http) => createRoutingInvoker(wrapped, http),
    prepare: async ({ registry, saveDocuments }) => {
      const { change } = planInProcessRegistration(registry, {
        manifest: handlers.manifest,
        sdkVersion: handlers.sdkVersion,
        isBreaking: options.allowsBreakingChanges,
        now: now(),
      });
      if (change.puts.length > 0) await saveDocuments(change.puts, change.deletes);
      registry.apply(change);
      local.admit();
    },
  });
  const caller = new LocalCaller(server.runtime, {
    now,
    requestSizeLimitBytes: config.ingress.requestSizeLimit,
    concurrentRequestsLimit: config.ingress.concurrentApiRequestsLimit,
  });
  void server.failed.then((error) => caller.stop(error));
  return {
    caller,
    ingressAddress: server.ingressAddress,
    adminAddress: server.adminAddress,
    failed: server.failed,
    close: async () => {
      caller.stop();
      await server.close();
    },
    abandon: async () => {
      await Promise.all([server.closePorts(0), local.close()]);
    },
  };
}
