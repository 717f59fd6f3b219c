import type { Context, Hono } from "hono";
import { unknownDeployment } from "../registry/errors.js";
import type { SchemaRegistry } from "../registry/registry.js";
import { type ConvertPreview, MAX_PREVIEW_BYTES, type PreviewOperation } from "../registry/serde-previews.js";
import { readBytes } from "./request.js";
import { resource } from "./resource.js";
import { findService } from "./services.js";

/** What the converted bytes are sent as, whatever the endpoint calls them: it is not to put a web page at this address. */
const CONTENT_TYPES: Readonly<Record<PreviewOperation, string>> = {
  decode: "application/json",
  encode: "application/octet-stream",
};

/**
 * Payloads as people read them: the newest deployment of the service converts. Nothing but the path says what the body is.
 * Source: Restate 1.7 as observed, docs/compatibility.md
 */
export function addSerdes(app: Hono, registry: SchemaRegistry, convert: ConvertPreview): void {
  for (const operation of ["decode", "encode"] as const) {
    // The name of a serde has slashes.
    resource(app, `/internal/services/:service/serdes/${operation}/:serde{.+}`, {
      POST: async (c) => {
        const bytes = await preview(c, registry, convert, operation);
        return c.body(new Uint8Array(bytes), 200, { "content-type": CONTENT_TYPES[operation] });
      },
    });
  }
}

async function preview(
  c: Context,
  registry: SchemaRegistry,
  convert: ConvertPreview,
  operation: PreviewOperation,
): Promise<Uint8Array> {
  const { schema, deploymentId } = findService(c, registry);
  const deployment = registry.deployment(deploymentId);
  if (deployment === undefined) throw unknownDeployment(deploymentId);
  const body = await readBytes(c, MAX_PREVIEW_BYTES);
  const serde = c.req.param("serde") ?? "";
  return await convert({ deployment, service: schema.name, operation, serde, body });
}
