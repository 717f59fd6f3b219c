import { isDeepStrictEqual } from "node:util";
import { addressOf, isLambda } from "../invoker/endpoint.js";
import { checkContracts } from "../protobuf/registration.js";
import type { Discovered } from "./discovered.js";
import { deploymentDocument, type RegistryChange } from "./documents.js";
import { RegistryError } from "./errors.js";
import type { DiscoveredService } from "./manifest-services.js";
import type { SchemaRegistry } from "./registry.js";
import type { Deployment, ServiceSchema } from "./schema.js";

export interface RegistrationOptions {
  /** Replaces the deployment that has the address, and may change the types of services. */
  readonly isForced: boolean;
  /** May change the types of services. */
  readonly isBreaking: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** For a deployment that is new. */
  readonly newDeploymentId: () => string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a registration comes to. Nothing has happened yet. */
export interface RegistrationPlan {
  readonly outcome: "created" | "overwritten" | "unchanged";
  readonly deployment: Deployment;
  readonly change: RegistryChange;
}

const NO_CHANGE: RegistryChange = { puts: [], deletes: [] };

/**
 * A deployment is immutable: the same address again must say the same, unless it is forced.
 * @throws RegistryError META0004, META0006 or META0017
 */
export function planRegistration(
  registry: SchemaRegistry,
  discovered: Discovered,
  options: RegistrationOptions,
): RegistrationPlan {
  const address = addressOf(discovered);
  const sameAddress = registry.deployments().filter((deployment) => addressOf(deployment) === address);
  const [existing] = sameAddress;
  if (existing !== undefined && !options.isForced) {
    const unchanged = sameAddress.find((deployment) => differences(deployment, discovered).length === 0);
    if (unchanged !== undefined) return { outcome: "unchanged", deployment: unchanged, change: NO_CHANGE };
    throw addressConflict(existing, differences(existing, discovered));
  }
  if (sameAddress.length > 1) {
    const ids = sameAddress.map(({ deploymentId }) => deploymentId).join(", ");
    throw new RegistryError(
      "META0017",
      409,
      `${sameAddress.length} deployments have the address ${address} (${ids}), so that it is unclear which one to overwrite. Remove all but one, then try again`,
    );
  }
  if (!options.isForced && !options.isBreaking) refuseTypeChanges(registry, discovered.services);
  checkContracts(registry, discovered.services, options.isForced || options.isBreaking);

  const deployment: Deployment = {
    deploymentId: existing?.deploymentId ?? options.newDeploymentId(),
    ...discovered,
    createdAt: options.now,
    metadata: options.metadata,
    services: discovered.services.map((service) => ({
      ...service,
      revision: nextRevision(registry, service.name),
    })),
  };
  return {
    outcome: existing === undefined ? "created" : "overwritten",
    deployment,
    change: { puts: [deploymentDocument(deployment)], deletes: [] },
  };
}

/** One more than the newest revision that any deployment has. */
export function nextRevision(registry: SchemaRegistry, service: string): number {
  return (registry.service(service)?.schema.revision ?? 0) + 1;
}

/** @throws RegistryError META0006 */
export function refuseTypeChanges(registry: SchemaRegistry, services: readonly DiscoveredService[]): void {
  for (const { name, type } of services) {
    const before = registry.serviceType(name);
    if (before === undefined || before === type) continue;
    throw new RegistryError(
      "META0006",
      409,
      `service '${name}' is a ${before} and would become a ${type}: its callers, keys and state would not fit. Give the new service another name, or say that you mean it with "breaking": true`,
    );
  }
}

/** What an endpoint says differently from what is registered, in words. The SDK's own version does not count. */
export function differences(deployment: Deployment, discovered: Discovered): string[] {
  const { minProtocolVersion: min, maxProtocolVersion: max } = discovered;
  const found: string[] = [];
  if (!isDeepStrictEqual(comparable(deployment.services), comparable(discovered.services))) {
    found.push("its services or their options");
  }
  const transport = transportOf(discovered);
  if (transportOf(deployment) !== transport) found.push(`the transport (${transport})`);
  if (deployment.minProtocolVersion !== min || deployment.maxProtocolVersion !== max) {
    found.push(`the protocol versions (${min} to ${max})`);
  }
  const hasHeaders = Object.keys(discovered.additionalHeaders).length > 0;
  if (hasHeaders && !isDeepStrictEqual(deployment.additionalHeaders, { ...discovered.additionalHeaders })) {
    found.push("the additional headers");
  }
  return found;
}

function transportOf(endpoint: Deployment | Discovered): string {
  if (!isLambda(endpoint)) return `${endpoint.protocolType} over ${endpoint.httpVersion}`;
  const { assumeRoleArn, compression } = endpoint;
  return `Lambda, as ${assumeRoleArn ?? "the server"}, ${compression ?? "no"} compression`;
}

/** Services without revision and without order, as they are after they were stored. */
function comparable(services: readonly (DiscoveredService | ServiceSchema)[]): unknown {
  const byName = (items: readonly { readonly name: string }[]): Record<string, unknown> =>
    Object.fromEntries(items.map((item) => [item.name, item]));
  const unordered = services.map((service) => ({
    ...service,
    revision: undefined,
    handlers: byName(service.handlers),
  }));
  return JSON.parse(JSON.stringify(byName(unordered)));
}

function addressConflict(deployment: Deployment, changed: readonly string[]): RegistryError {
  return new RegistryError(
    "META0004",
    409,
    `${addressOf(deployment)} is registered already, as ${deployment.deploymentId}, and has changed: ${changed.join(", ")}. ` +
      "Deployments are immutable: register new code under a new address. While developing, overwrite the deployment with " +
      '"force": true (restate deployments register --force); invocations that run on it may then fail',
  );
}
