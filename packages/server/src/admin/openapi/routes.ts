import type { Hono } from "hono";
import type { SchemaRegistry } from "../../registry/registry.js";
import { resource } from "../resource.js";
import { findService } from "../services.js";
import { adminDocument } from "./admin-document.js";
import { serviceDocument } from "./service-document.js";

/** Documents that describe APIs, for people and generators: of the admin API, and of each service. */
export function addOpenApi(app: Hono, registry: SchemaRegistry, ingressEndpoint: string | null): void {
  resource(app, "/openapi", {
    GET: (c) => c.body(adminDocumentJson(), 200, { "content-type": "application/json" }),
  });
  resource(app, "/services/:service/openapi", {
    GET: (c) => c.json(serviceDocument(findService(c, registry), ingressEndpoint)),
  });
}

let json: string | undefined;

/** Made once, and only if somebody asks: it takes tens of milliseconds. */
function adminDocumentJson(): string {
  json ??= JSON.stringify(adminDocument());
  return json;
}
