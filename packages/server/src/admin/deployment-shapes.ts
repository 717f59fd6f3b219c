import type { SchemaRegistry } from "../registry/registry.js";
import type { Deployment } from "../registry/schema.js";
import { serviceMetadata, unlessEmpty } from "./service-shapes.js";

/** JSON shapes of deployments. Source: Restate 1.7 as observed, docs/compatibility.md Undefined fields are left away. */

export function deploymentResponse(deployment: Deployment): object {
  const services = deployment.services.map(({ name, revision }) => ({ name, revision }));
  return { ...common(deployment), services };
}

export function detailedDeploymentResponse(registry: SchemaRegistry, deployment: Deployment): object {
  return { ...common(deployment), services: registry.resolve(deployment).map(serviceMetadata) };
}

export function registerDeploymentResponse(registry: SchemaRegistry, deployment: Deployment): object {
  return {
    id: deployment.deploymentId,
    services: registry.resolve(deployment).map(serviceMetadata),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion ?? undefined,
  };
}

function common(deployment: Deployment): object {
  return {
    id: deployment.deploymentId,
    uri: deployment.uri,
    protocol_type: deployment.protocolType,
    http_version: deployment.httpVersion,
    additional_headers: unlessEmpty(deployment.additionalHeaders),
    metadata: unlessEmpty(deployment.metadata),
    created_at: new Date(deployment.createdAt).toISOString(),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion ?? undefined,
  };
}
