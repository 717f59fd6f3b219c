import { z } from "zod";
import { isLambda } from "../invoker/endpoint.js";
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
  additional_headers: z.record(z.string(), z.string()).optional().describe("Sent with every request to it"),
  metadata: z.record(z.string(), z.string()).optional(),
  created_at: timestamp,
  ...protocolVersions,
  sdk_version: sdkVersion,
};

/** The two kinds are told apart by these fields alone. */
const httpFields = {
  uri: z.string(),
  protocol_type: z.enum(["BidiStream", "RequestResponse"]),
  http_version: z.enum(["HTTP/1.1", "HTTP/2.0"]),
};
const lambdaFields = {
  arn: z.string().describe("Of a version or an alias of an AWS Lambda function"),
  assume_role_arn: z.string().optional().describe("The role in whose name it is invoked"),
  compression: z.literal("Zstd").optional().describe("How it takes large requests"),
};
const addressSchema = z.union([z.object(httpFields), z.object(lambdaFields)]);
const commonSchema = z.object(commonFields);

function eitherKind<T extends z.ZodRawShape>(fields: T) {
  return z.union([
    z.object({ ...httpFields, ...commonFields, ...fields }),
    z.object({ ...lambdaFields, ...commonFields, ...fields }),
  ]);
}

export const deploymentSchema = eitherKind({
  services: z.array(z.object({ name: z.string(), revision: z.uint32() })),
}).register(components, { id: "DeploymentResponse" });

export const detailedDeploymentSchema = eitherKind({ services: z.array(serviceMetadataSchema) }).register(
  components,
  { id: "DetailedDeploymentResponse" },
);

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
  return { ...address(deployment), ...common(deployment), services };
}

export function detailedDeploymentResponse(
  registry: SchemaRegistry,
  deployment: Deployment,
): z.input<typeof detailedDeploymentSchema> {
  return {
    ...address(deployment),
    ...common(deployment),
    services: registry.resolve(deployment).map(serviceMetadata),
  };
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
    additional_headers: unlessEmpty(deployment.additionalHeaders),
    metadata: unlessEmpty(deployment.metadata),
    created_at: new Date(deployment.createdAt).toISOString(),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdkVersion ?? undefined,
  };
}

function address(deployment: Deployment): z.input<typeof addressSchema> {
  if (!isLambda(deployment)) {
    const { uri, protocolType, httpVersion } = deployment;
    return { uri, protocol_type: protocolType, http_version: httpVersion };
  }
  return {
    arn: deployment.arn,
    assume_role_arn: deployment.assumeRoleArn ?? undefined,
    compression: deployment.compression === "zstd" ? "Zstd" : undefined,
  };
}
