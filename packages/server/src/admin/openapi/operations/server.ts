import { clusterHealthSchema, versionSchema } from "../../server-info.js";
import { openApiDocument } from "../components.js";
import type { ApiGroup } from "../operation.js";

export const serverOperations: ApiGroup = {
  tag: "server",
  description: "The server itself",
  paths: {
    "/health": {
      get: {
        operationId: "health",
        summary: "Whether the server is up",
        answers: { 200: { description: "It is" } },
      },
    },
    "/version": {
      get: {
        operationId: "version",
        summary: "Version, features, and versions of this API",
        answers: { 200: { description: "What runs here", content: versionSchema } },
      },
    },
    "/cluster-health": {
      get: {
        operationId: "cluster_health",
        summary: "The members of the cluster",
        answers: { 200: { description: "Name and members", content: clusterHealthSchema } },
      },
    },
    "/openapi": {
      get: {
        operationId: "openapi",
        summary: "This document",
        answers: {
          200: { description: "OpenAPI 3.1", content: openApiDocument },
        },
      },
    },
  },
};
