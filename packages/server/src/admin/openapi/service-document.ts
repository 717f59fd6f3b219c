import { contractOf } from "../../protobuf/contracts.js";
import type { ResolvedService } from "../../registry/schema.js";
import { unlessEmpty, withoutDescriptors } from "../service-shapes.js";
import type { OpenApiDocument } from "./document.js";
import { jsonServiceParts } from "./json-service.js";
import { protoServiceParts } from "./proto-service.js";
import { security, securitySchemes } from "./security.js";

/** What depends on how a service is called. */
export type ServiceParts = Pick<OpenApiDocument, "tags" | "paths" | "components">;

/**
 * How a service is called through the ingress. Private handlers are left out: nobody can call them from outside.
 * @param ingressEndpoint URL of the ingress as callers reach it, null when that is not known
 */
export function serviceDocument(service: ResolvedService, ingressEndpoint: string | null): OpenApiDocument {
  const { schema } = service;
  const metadata = unlessEmpty(withoutDescriptors(schema.metadata));
  const contract = contractOf(schema);
  const parts = contract === undefined ? jsonServiceParts(service) : protoServiceParts(service, contract);
  return {
    openapi: "3.1.0",
    info: {
      title: schema.name,
      version: String(schema.revision),
      ...(schema.documentation !== undefined && { description: schema.documentation }),
      // Named as the official server names it. Source: Restate 1.7 as observed, docs/compatibility.md
      ...(metadata !== undefined && { "x-restate-extensions": metadata }),
    },
    // Paths begin with a slash already.
    ...(ingressEndpoint !== null && {
      servers: [{ url: ingressEndpoint.replace(/\/$/, ""), description: "The ingress" }],
    }),
    ...parts,
    components: { ...parts.components, securitySchemes },
    security,
  };
}
