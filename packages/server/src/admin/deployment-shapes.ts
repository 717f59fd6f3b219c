import { z } from "zod";
import type { SchemaRegistry } from "../registry/registry.js";
import type { Deployment } from "../registry/schema.js";
import { components, timestamp } from "./openapi/components.js";
import { serviceMetadata, serviceMetadataSchema, unlessEmpty } from "./service-shapes.js";

/** JSON shapes of deployments. Source: Restate 1.7 as observed, docs/compatibility.md Undefined fields are left away. */

const protocolVersions = {
  min_protocol_version: z.uint32(),
  max_protocol_version: z.uint32(),
};
const sdkVersion = z.string().optional().describe("What the endpoint said of itself: `name/version`");

const commonFields = {
  id: z.string(),
  uri: z.string(),
  protocol_type: z.enum(["BidiStream", "RequestResponse"]),
  http_version: z.enum(["HTTP/1.1", "HTTP/2.0"]),
  additional_headers: z.record(z.string(), z.string()).optional().describe("Sent with every request to it"),
  metadata: z.record(z.string(), z.string()).optional(),
  created_at: timestamp,
  ...protocolVersions,
  sdk_version: sdkVersion,
};
const commonSchema = z.object(commonFields);

export const deploymentSchema = z
  .object({
    ...commonFields,
    services: z.array(z.object({ name: z.string(), revision: z.uint32() })),
  })
  .register(components, { id: "DeploymentResponse" });

export const detailedDeploymentSchema = z
  .object({ ...commonFields, services: z.array(serviceMetadataSchema) })
  .register(components, { id: "DetailedDeploymentResponse" });

export const registerDeploymentResponseSchema = z
  .object({
    id: z.string(),
    services: z.array(serviceMetadataSchema),
    ...protocolVersions,
    sdk_version: sdkVersion,
  })
  .register(components, { id: "RegisterDeploymentResponse" });

export function deploymentResponse(deployment: Deployment): z.input<typeof deploymentSchema> {
  const services = deployment.services.map(({ name, revision }) => ({ name, revision }));
  return { ...common(deployment), services };
}

export function detailedDeploymentResponse(
  registry: SchemaRegistry,
  deployment: Deployment,
): z.input<typeof detailedDeploymentSchema> {
  return { ...common(deployment), services: registry.resolve(deployment).map(serviceMetadata) };
}

export function registerDeploymentResponse(
  registry: SchemaRegistry,
  deployment: Deployment,
): z.input<typeof registerDeploymentResponseSchema> {
  return {
    id: deployment.deploymentId,
    services: registry.resolve(deployment).map(serviceMetadata),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion ?? undefined,
  };
}

function common(deployment: Deployment): z.input<typeof commonSchema> {
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
