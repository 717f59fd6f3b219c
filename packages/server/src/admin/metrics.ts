import type { Hono } from "hono";
import { EXPOSITION_CONTENT_TYPE } from "../telemetry/metrics/registry.js";
import { resource } from "./resource.js";

/** For Prometheus. It has no version: scrapers ask for this path and no other. */
export function addMetrics(app: Hono, expose: (() => string) | undefined): void {
  if (expose === undefined) return;
  resource(app, "/metrics", {
    GET: (c) => c.body(expose(), 200, { "content-type": EXPOSITION_CONTENT_TYPE }),
  });
}
