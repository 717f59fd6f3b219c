import { z } from "zod";
import {
  deploymentSchema,
  detailedDeploymentSchema,
  registerDeploymentResponseSchema,
} from "../../deployment-shapes.js";
import { registerRequest, removeQuery, updateRequest } from "../../deployments.js";
import { components } from "../components.js";
import type { ApiGroup, ApiOperation, ApiPaths } from "../operation.js";

const location = { location: "Path of the deployment" };
const registered = registerDeploymentResponseSchema;

const lists = {
  deployments: z
    .object({ deployments: z.array(deploymentSchema) })
    .register(components, { id: "ListDeploymentsResponse" }),
  endpoints: z
    .object({ endpoints: z.array(deploymentSchema) })
    .register(components, { id: "ListEndpointsResponse" }),
};

/** By their name of today, and by that of 2023. */
function paths(name: keyof typeof lists): ApiPaths {
  const of = (operationId: string): Pick<ApiOperation, "operationId" | "isDeprecated"> =>
    name === "deployments"
      ? { operationId }
      : { operationId: operationId.replace("deployment", "endpoint"), isDeprecated: true };
  return {
    [`/${name}`]: {
      get: {
        ...of("list_deployments"),
        summary: "All deployments",
        answers: {
          200: {
            description: "With their services' names",
            content: lists[name],
          },
        },
      },
      post: {
        ...of("create_deployment"),
        summary: "Register a deployment",
        description:
          "The server asks the endpoint for its services. New invocations of them go to the newest deployment.",
        body: registerRequest,
        answers: {
          200: { description: "It was registered already", content: registered, headers: location },
          201: { description: "It is new", content: registered, headers: location },
        },
        errors: [409, 501],
      },
    },
    [`/${name}/{deployment}`]: {
      get: {
        ...of("get_deployment"),
        summary: "A deployment",
        answers: { 200: { description: "With its services", content: detailedDeploymentSchema } },
        errors: [400, 404],
      },
      patch: {
        ...of("update_deployment"),
        summary: "Change a deployment in place",
        description: "Its address and headers; with `overwrite` also what it says of its services.",
        body: updateRequest,
        answers: { 200: { description: "As it is now", content: detailedDeploymentSchema } },
        errors: [404, 409, 501],
      },
      delete: {
        ...of("delete_deployment"),
        summary: "Remove a deployment",
        query: removeQuery,
        answers: {
          202: { description: "It is removed" },
          501: { description: "Without `force=true`: who knows which invocations still need it?" },
        },
        errors: [404],
      },
    },
  };
}

export const deploymentOperations: ApiGroup = {
  tag: "deployments",
  description: "Where services run. `/endpoints` is their path of 2023",
  paths: { ...paths("deployments"), ...paths("endpoints") },
};
