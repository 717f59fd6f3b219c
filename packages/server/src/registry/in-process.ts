import { randomBytes } from "node:crypto";
import { type EndpointManifest, formatDeploymentId, newUlid } from "@pawl/protocol";
import { addressOf } from "../invoker/endpoint.js";
import { IN_PROCESS_URI } from "../invoker/in-process-invoker.js";
import { checkContracts } from "../protobuf/registration.js";
import type { Discovered } from "./discovered.js";
import { toServices } from "./manifest-services.js";
import { differences, planRegistration, type RegistrationPlan, refuseTypeChanges } from "./registration.js";
import type { SchemaRegistry } from "./registry.js";

const ULID_RANDOM_BYTES = 10;

export interface InProcessRegistration {
  readonly manifest: EndpointManifest;
  /** `<sdk name>/<version>` */
  readonly sdkVersion: string;
  /** May change the types of services, and what protobuf contracts promise. */
  readonly isBreaking: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * The services of this process, as the one deployment that it has. While they say the same as at the last start nothing is
 * written. When they say something else the deployment is overwritten: it keeps its id, since there is no other code that
 * its invocations could go on with, and its services get new revisions.
 * @throws RegistryError META0005, META0006, META0013 and those of protobuf contracts
 */
export function planInProcessRegistration(
  registry: SchemaRegistry,
  { manifest, sdkVersion, isBreaking, now }: InProcessRegistration,
): RegistrationPlan {
  const discovered: Discovered = {
    uri: IN_PROCESS_URI,
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
    minProtocolVersion: manifest.minProtocolVersion,
    maxProtocolVersion: manifest.maxProtocolVersion,
    sdkVersion,
    services: toServices(manifest),
  };
  const existing = registry.deployments().find((deployment) => addressOf(deployment) === IN_PROCESS_URI);
  if (existing !== undefined && differences(existing, discovered).length === 0) {
    return { outcome: "unchanged", deployment: existing, change: { puts: [], deletes: [] } };
  }
  if (!isBreaking) refuseTypeChanges(registry, discovered.services);
  checkContracts(registry, discovered.services, isBreaking);
  return planRegistration(registry, discovered, {
    isForced: true,
    isBreaking,
    metadata: {},
    now,
    newDeploymentId: () => formatDeploymentId(newUlid(now, randomBytes(ULID_RANDOM_BYTES))),
  });
}
