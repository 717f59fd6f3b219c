import { ProtocolError, parseDeploymentId } from "@pawl/protocol";
import type { Context, Hono } from "hono";
import { z } from "zod";
import { invalidField, unknownDeployment } from "../registry/errors.js";
import type { Registrar } from "../registry/registrar.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { Deployment } from "../registry/schema.js";
import type { ApiVersion } from "./api-version.js";
import {
  deploymentResponse,
  detailedDeploymentResponse,
  registerDeploymentResponse,
} from "./deployment-shapes.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { booleanParameter, readBody, readQuery } from "./request.js";
import { resource } from "./resource.js";

const textMap = z.record(z.string(), z.string());
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const functionFields = {
  arn: z.string().nullish().describe("A version or an alias of a function of AWS Lambda, instead of `uri`"),
  assume_role_arn: z.string().nullish().describe("The role in whose name the function is invoked"),
};
const additionalHeaders = textMap.nullish().describe("Sent with every request to the endpoint");
const auth = z.unknown().optional().describe("Refused: send credentials in `additional_headers`");
export const registerRequest = z
  .object({
    uri: z.string().nullish().describe("Where the endpoint listens, as the server reaches it"),
    ...functionFields,
    additional_headers: additionalHeaders,
    metadata: textMap.nullish(),
    use_http_11: flag.describe("HTTP/1.1 instead of HTTP/2"),
    breaking: flag.describe("Allow changes of services that their callers and their state do not fit"),
    force: z
      .boolean()
      .nullish()
      .describe("Overwrite the deployment that has this address. Default: false; under /v2 true"),
    dry_run: flag.describe("Only say what would happen"),
    auth,
  })
  .register(components, { id: "RegisterDeploymentRequest" });
export const updateRequest = z
  .object({
    uri: z.string().nullish(),
    ...functionFields,
    additional_headers: additionalHeaders,
    use_http_11: z.boolean().nullish(),
    overwrite: flag.describe("Take over what the endpoint says of its services now"),
    dry_run: flag.describe("Only say what would happen"),
    auth,
  })
  .register(components, { id: "UpdateDeploymentRequest" });
export const removeQuery = z.object({
  force: booleanParameter.optional().describe("Must be true: nobody checks whether invocations need it"),
});

/** `/deployments`, and under its name of 2023 `/endpoints`. */
export function addDeployments(
  app: Hono,
  name: "deployments" | "endpoints",
  version: ApiVersion,
  registry: SchemaRegistry,
  registrar: Registrar,
): void {
  resource(app, `/${name}`, {
    GET: (c) => c.json({ [name]: registry.deployments().map(deploymentResponse) }),
    POST: async (c) => {
      const request = await readBody(c, registerRequest);
      refuseUnsupported(request);
      // Once, a registration overwrote unless told otherwise.
      const isForced = request.force ?? version === 2;
      const { outcome, deployment } = await registrar.register({
        ...addressIn(request),
        additionalHeaders: request.additional_headers ?? {},
        metadata: request.metadata ?? {},
        isForced,
        isBreaking: request.breaking,
        isDryRun: request.dry_run,
      });
      const id = deployment.deploymentId;
      if (outcome === "unchanged" && version === 2) {
        throw new AdminError(409, `deployment ${id} exists already: overwrite it with "force": true`);
      }
      return c.json(registerDeploymentResponse(registry, deployment), outcome === "created" ? 201 : 200, {
        location: `${name}/${id}`,
      });
    },
  });

  const update = async (c: Context): Promise<Response> => {
    const request = await readBody(c, updateRequest);
    refuseUnsupported(request);
    const deployment = await registrar.update(deploymentId(c), {
      uri: request.uri ?? undefined,
      useHttp11: request.use_http_11 ?? undefined,
      arn: request.arn ?? undefined,
      assumeRoleArn: request.assume_role_arn ?? undefined,
      additionalHeaders: request.additional_headers ?? undefined,
      overwrite: request.overwrite,
      isDryRun: request.dry_run,
    });
    return c.json(detailedDeploymentResponse(registry, deployment));
  };

  resource(app, `/${name}/:deployment`, {
    GET: (c) => c.json(detailedDeploymentResponse(registry, find(c, registry))),
    PATCH: update,
    DELETE: async (c) => {
      const { force = false } = readQuery(c, removeQuery);
      const id = deploymentId(c);
      // Nobody knows yet which invocations still need it: whoever removes it says that none does.
      if (!force) return c.body(null, 501);
      await registrar.remove(id);
      return c.body(null, 202);
    },
    ...(version === 2 && { PUT: update }),
  });
}

function find(c: Context, registry: SchemaRegistry): Deployment {
  const id = deploymentId(c);
  const deployment = registry.deployment(id);
  if (deployment === undefined) throw unknownDeployment(id);
  return deployment;
}

function deploymentId(c: Context): string {
  const id = c.req.param("deployment") ?? "";
  try {
    parseDeploymentId(id);
    return id;
  } catch (error) {
    if (error instanceof ProtocolError) throw invalidField("deployment", error.message);
    throw error;
  }
}

/** Where a deployment is: at a URI, or a Lambda function. */
function addressIn({
  uri,
  arn,
  use_http_11: useHttp11,
  assume_role_arn: assumeRoleArn,
}: z.infer<typeof registerRequest>):
  | { uri: string; useHttp11: boolean }
  | { arn: string; assumeRoleArn: string | null } {
  if (arn !== undefined && arn !== null) {
    if (uri) throw invalidField("uri", "there is an arn beside it. Leave one of them away");
    if (useHttp11) throw invalidField("use_http_11", "a Lambda function is not reached over HTTP");
    return { arn, assumeRoleArn: assumeRoleArn ?? null };
  }
  if (uri === undefined || uri === null) throw invalidField("uri", "it is missing");
  if (assumeRoleArn) throw invalidField("assume_role_arn", "it belongs to an arn");
  return { uri, useHttp11 };
}

function refuseUnsupported(request: { readonly auth?: unknown }): void {
  if (request.auth !== undefined && request.auth !== null) {
    throw new AdminError(501, "auth is not supported: send credentials in additional_headers");
  }
}
