import { MAX_SERVICE_PROTOCOL_VERSION, MIN_SERVICE_PROTOCOL_VERSION } from "@pawl/protocol";
import { addressOf } from "../invoker/endpoint.js";
import { checkContracts } from "../protobuf/registration.js";
import type { Discovered } from "./discovered.js";
import { deploymentDocument, overridesDocument, type RegistryChange } from "./documents.js";
import { RegistryError, unknownDeployment, unknownHandler, unknownService } from "./errors.js";
import { nextRevision } from "./registration.js";
import type { SchemaRegistry } from "./registry.js";
import type { Deployment, HandlerOptions, HandlerOverrides, ServiceOverrides } from "./schema.js";

/**
 * A deployment moves: same id, another address or other headers. With `overwrite` it also takes on what its endpoint says
 * of its services now.
 * @throws RegistryError META0016 when running invocations would miss something
 */
export function planUpdate(
  registry: SchemaRegistry,
  deployment: Deployment,
  discovered: Discovered,
  overwrite: boolean,
): { readonly deployment: Deployment; readonly change: RegistryChange } {
  const { services: discoveredServices, ...endpoint } = discovered;
  if (overwrite) checkContracts(registry, discoveredServices, true);
  else refuseLosses(deployment, discovered);
  const revisions = new Map(deployment.services.map(({ name, revision }) => [name, revision]));
  const services = overwrite
    ? discoveredServices.map((service) => ({
        ...service,
        revision: revisions.get(service.name) ?? nextRevision(registry, service.name),
      }))
    : deployment.services;
  const updated: Deployment = { ...deployment, ...endpoint, services };
  return { deployment: updated, change: { puts: [deploymentDocument(updated)], deletes: [] } };
}

/** Source of the rules: the official documentation of META0016. */
function refuseLosses(deployment: Deployment, discovered: Discovered): void {
  const losses: string[] = [];
  for (const { name, type, handlers } of deployment.services) {
    const now = discovered.services.find((service) => service.name === name);
    if (now === undefined) losses.push(`service '${name}'`);
    else if (now.type !== type) losses.push(`service '${name}' as a ${type}`);
    for (const handler of now === undefined ? [] : handlers) {
      if (!now?.handlers.some((other) => other.name === handler.name)) {
        losses.push(`handler '${name}/${handler.name}'`);
      }
    }
  }
  const { minProtocolVersion: min, maxProtocolVersion: max } = deployment;
  // An invocation goes on in the version in which it began.
  const isSpoken =
    discovered.minProtocolVersion <= Math.max(min, MIN_SERVICE_PROTOCOL_VERSION) &&
    discovered.maxProtocolVersion >= Math.min(max, MAX_SERVICE_PROTOCOL_VERSION);
  if (!isSpoken) losses.push(`protocol versions ${min} to ${max}`);
  if (losses.length === 0) return;
  throw new RegistryError(
    "META0016",
    409,
    `${addressOf(discovered)} lacks what deployment ${deployment.deploymentId} has, and what its invocations may need: ${losses.join(", ")}. Register it as a new deployment, or say that you mean it with "overwrite": true`,
  );
}

/**
 * Removes a deployment. Services that no other deployment has go with it, and what was set for them.
 * @throws RegistryError 404
 */
export function planRemoval(registry: SchemaRegistry, id: string): RegistryChange {
  const deployment = registry.deployment(id);
  if (deployment === undefined) throw unknownDeployment(id);
  const others = registry.deployments().filter(({ deploymentId }) => deploymentId !== id);
  const remaining = new Set(others.flatMap(({ services }) => services.map(({ name }) => name)));
  const gone = deployment.services.filter(({ name }) => !remaining.has(name));
  return {
    puts: [],
    deletes: [
      { kind: "deployment", id },
      ...gone.map(({ name }) => ({ kind: "service" as const, id: name })),
    ],
  };
}

/**
 * Changes options of a service; those that are not given stay as they are.
 * @throws RegistryError 404 for an unknown service, 400 for an option that its type does not have
 */
export function planOverrides(
  registry: SchemaRegistry,
  service: string,
  options: HandlerOptions,
): RegistryChange {
  const type = registry.serviceType(service);
  if (type === undefined) throw unknownService(service);
  if (options.workflowCompletionRetentionMs !== undefined && type !== "Workflow") {
    throw new RegistryError(
      null,
      400,
      `'${service}' is a ${type}: only workflows have a workflow_completion_retention`,
    );
  }
  if (Object.keys(options).length === 0) return { puts: [], deletes: [] };
  const before = registry.overrides(service);
  const overrides: ServiceOverrides = { ...before, ...merged(before, options), service };
  return { puts: [overridesDocument(overrides)], deletes: [] };
}

/**
 * Changes options of one handler; those that are not given stay as they are.
 * @throws RegistryError 404 for an unknown service or handler
 */
export function planHandlerOverrides(
  registry: SchemaRegistry,
  service: string,
  handler: string,
  options: HandlerOverrides,
): RegistryChange {
  if (!registry.hasService(service)) throw unknownService(service);
  if (registry.handler(service, handler) === undefined) throw unknownHandler(service, handler);
  if (Object.keys(options).length === 0) return { puts: [], deletes: [] };
  const before = registry.overrides(service);
  const handlers = { ...before.handlers, [handler]: merged(before.handlers?.[handler] ?? {}, options) };
  return { puts: [overridesDocument({ ...before, handlers })], deletes: [] };
}

/** Of a retry policy, too, what is not given stays. */
function merged<T extends HandlerOverrides>(before: T, options: T): T {
  if (options.retryPolicy === undefined) return { ...before, ...options };
  return { ...before, ...options, retryPolicy: { ...before.retryPolicy, ...options.retryPolicy } };
}
