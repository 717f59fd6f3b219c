import type { HandlerMeta, Registry } from "../partition/registry.js";
import type { DocumentRow } from "../store/store.js";
import type { Deployment, ResolvedHandler, ServiceType } from "./schema.js";

/** All that is registered, in memory. Lookups are by map; every change makes new documents for the store. */
export interface SchemaRegistry extends Registry {
  handler(service: string, handler: string): (ResolvedHandler & HandlerMeta) | undefined;
  hasService(service: string): boolean;
  /** undefined: no such service. */
  serviceType(service: string): ServiceType | undefined;
  /** Names of services that the ingress may call. */
  publicServices(): readonly string[];
  deployment(id: string): Deployment | undefined;
  deployments(): readonly Deployment[];
  load(documents: readonly DocumentRow[]): void;
}
