import type { HandlerMeta, Registry } from "../partition/registry.js";
import type { DocumentRow } from "../store/store.js";
import { SERVER_DEFAULTS, type ServerDefaults } from "./defaults.js";
import { parseDeployment, parseOverrides, type RegistryChange } from "./documents.js";
import { resolveService } from "./resolve.js";
import type {
  Deployment,
  ResolvedHandler,
  ResolvedService,
  ServiceOverrides,
  ServiceType,
} from "./schema.js";

/**
 * All that is registered, in memory. Lookups are by map; every change makes new documents for the store, and is applied
 * here once they are durable.
 */
export class SchemaRegistry implements Registry {
  readonly #defaults: ServerDefaults;
  readonly #deployments = new Map<string, Deployment>();
  readonly #overrides = new Map<string, ServiceOverrides>();
  /** Services as each deployment has them, for invocations that are pinned to it. */
  #byDeployment: ReadonlyMap<string, ReadonlyMap<string, ResolvedService>> = new Map();
  /** The newest revision of each service, where new invocations go. */
  #latest: ReadonlyMap<string, ResolvedService> = new Map();
  #publicServices: readonly string[] = [];

  constructor(defaults: ServerDefaults = SERVER_DEFAULTS) {
    this.#defaults = defaults;
  }

  /** Where a new invocation of this handler goes, and how it is treated. */
  handler(service: string, handler: string): (ResolvedHandler & HandlerMeta) | undefined {
    return this.#latest.get(service)?.handlers.get(handler);
  }

  hasService(service: string): boolean {
    return this.#latest.has(service);
  }

  /** undefined: no such service. */
  serviceType(service: string): ServiceType | undefined {
    return this.#latest.get(service)?.schema.type;
  }

  /** Names of services that the ingress may call, sorted. */
  publicServices(): readonly string[] {
    return this.#publicServices;
  }

  deployment(id: string): Deployment | undefined {
    return this.#deployments.get(id);
  }

  /** Where new invocations of the handler go. */
  latestDeployment(service: string, handler: string): Deployment | undefined {
    const id = this.handler(service, handler)?.deploymentId;
    return id === undefined ? undefined : this.#deployments.get(id);
  }

  /** The oldest first. */
  deployments(): readonly Deployment[] {
    return [...this.#deployments.values()];
  }

  /** A handler as the deployment has it that an invocation is pinned to. */
  pinnedHandler(deploymentId: string, service: string, handler: string): ResolvedHandler | undefined {
    return this.#byDeployment.get(deploymentId)?.get(service)?.handlers.get(handler);
  }

  /** The newest revision; undefined: no such service. */
  service(name: string): ResolvedService | undefined {
    return this.#latest.get(name);
  }

  /** The newest revision of each service, by name. */
  services(): readonly ResolvedService[] {
    return [...this.#latest.values()];
  }

  /** No result under an idempotency key is kept longer, whoever asks for it; Infinity: no limit. */
  get maxIdempotencyRetentionMs(): number {
    return this.#defaults.maxIdempotencyRetentionMs ?? Number.POSITIVE_INFINITY;
  }

  overrides(service: string): ServiceOverrides {
    return this.#overrides.get(service) ?? { service };
  }

  /** The services of a deployment, which need not be registered, by name. */
  resolve(deployment: Deployment): readonly ResolvedService[] {
    return deployment.services
      .map((schema) => resolveService(deployment, schema, this.overrides(schema.name), this.#defaults))
      .sort((a, b) => compare(a.schema.name, b.schema.name));
  }

  /** Takes in what is stored, at start. Documents of other kinds are ignored. */
  load(documents: readonly DocumentRow[]): void {
    this.apply({ puts: documents, deletes: [] });
  }

  /** Takes in a change. It must be durable: the ingress builds on it from now on. */
  apply({ puts, deletes }: RegistryChange): void {
    for (const { kind, id } of deletes) {
      if (kind === "deployment") this.#deployments.delete(id);
      else if (kind === "service") this.#overrides.delete(id);
    }
    for (const row of puts) {
      if (row.kind === "deployment") this.#deployments.set(row.id, parseDeployment(row));
      else if (row.kind === "service") this.#overrides.set(row.id, parseOverrides(row));
    }
    this.#rebuild();
  }

  #rebuild(): void {
    const byDeployment = new Map<string, ReadonlyMap<string, ResolvedService>>();
    const latest = new Map<string, ResolvedService>();
    const deployments = [...this.#deployments.values()].sort((a, b) => a.createdAt - b.createdAt);
    for (const deployment of deployments) {
      const services = this.resolve(deployment);
      byDeployment.set(deployment.deploymentId, new Map(services.map((one) => [one.schema.name, one])));
      for (const service of services) {
        const { name, revision } = service.schema;
        if (revision > (latest.get(name)?.schema.revision ?? 0)) latest.set(name, service);
      }
    }
    const sorted = [...latest].sort(([a], [b]) => compare(a, b));
    this.#deployments.clear();
    for (const deployment of deployments) this.#deployments.set(deployment.deploymentId, deployment);
    this.#byDeployment = byDeployment;
    this.#latest = new Map(sorted);
    this.#publicServices = sorted.filter(([, service]) => service.isPublic).map(([name]) => name);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
