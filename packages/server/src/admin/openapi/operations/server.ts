import { z } from "zod";
import { backupRequest } from "../../backup.js";
import { clusterHealthSchema, requestIdentitySchema, versionSchema } from "../../server-info.js";
import { binary, openApiDocument } from "../components.js";
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
    "/metrics": {
      get: {
        operationId: "metrics",
        summary: "Metrics for Prometheus",
        description: "Without a version before it.",
        answers: {
          200: { description: "In Prometheus's text format", content: { "text/plain": z.string() } },
        },
      },
    },
    "/request-identity": {
      get: {
        operationId: "request_identity",
        summary: "The key by which endpoints check that requests are this server's",
        answers: { 200: { description: "The public key", content: requestIdentitySchema } },
      },
    },
    "/backup": {
      post: {
        operationId: "backup",
        summary: "A copy of everything as it is now",
        body: backupRequest,
        answers: {
          200: {
            description: "A file that a data directory can begin with",
            content: { "application/vnd.sqlite3": binary },
            headers: { "content-digest": "SHA-256 of the file, as in RFC 9530" },
          },
          404: { description: "The store is not a file, and has ways of its own" },
        },
        errors: [409],
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
