import type { Hono } from "hono";
import type { SchemaRegistry } from "../../registry/registry.js";
import { resource } from "../resource.js";
import { findService } from "../services.js";
import { adminDocument } from "./admin-document.js";
import { serviceDocument } from "./service-document.js";

/** Documents that describe APIs, for people and generators: of the admin API, and of each service. */
export function addOpenApi(app: Hono, registry: SchemaRegistry, ingressEndpoint: string | null): void {
  resource(app, "/openapi", { GET: (c) => c.json(adminDocument()) });
  resource(app, "/services/:service/openapi", {
    GET: (c) => c.json(serviceDocument(findService(c, registry), ingressEndpoint)),
  });
}
