import { readFileSync } from "node:fs";
import type { Hono } from "hono";
import { z } from "zod";
import { MAX_API_VERSION, MIN_API_VERSION } from "./api-version.js";
import { components } from "./openapi/components.js";
import { resource } from "./resource.js";

/** Switches that the official server lists; clients want them all. Source: Restate 1.7 as observed, docs/compatibility.md */
const FEATURES = [
  "vqueues",
  "invoker_yield",
  "protocol_v7",
  "unique_random_seeds",
  "scoped_virtual_objects",
  "kafka_scope",
  "vqueues_migration_skip_completed",
  "scoped_state_table_migration",
  "scoped_promise_table_migration",
  "vqueue_obsolete_cleanup",
  "vqueues_async_refill",
  "preflight_invocation_termination_retention",
];

/** Source: the dispatcher uses V7 as soon as an endpoint offers it. */
const ENABLED: ReadonlySet<string> = new Set(["protocol_v7"]);

/** The only node of a cluster. */
const NODE_ID = 1;

export interface ServerInfo {
  readonly clusterName: string;
  /** URL of the ingress as callers reach it, null when that is not known. */
  readonly ingressEndpoint: string | null;
  /** By which endpoints check that requests are this server's (`publickeyv1_...`); null: they are not signed. */
  readonly identityKey: string | null;
}

export const versionSchema = z
  .object({
    version: z.string(),
    min_admin_api_version: z.uint32(),
    max_admin_api_version: z.uint32(),
    ingress_endpoint: z.string().nullable().describe("Where callers reach the ingress; null: not known"),
    features: z.record(z.string(), z.boolean()),
  })
  .register(components, { id: "VersionInformation" });

export const clusterHealthSchema = z
  .object({
    cluster_name: z.string(),
    metadata_cluster_health: z.object({ members: z.array(z.uint32()) }),
  })
  .register(components, { id: "ClusterHealthResponse" });

export const requestIdentitySchema = z
  .object({ public_key: z.string().nullable().describe("`publickeyv1_...`; null: requests are not signed") })
  .register(components, { id: "RequestIdentityResponse" });

export function addServerInfo(app: Hono, { clusterName, ingressEndpoint, identityKey }: ServerInfo): void {
  resource(app, "/health", { GET: (c) => c.body(null, 200) });
  resource(app, "/version", {
    GET: (c) =>
      c.json({
        version: SERVER_VERSION,
        min_admin_api_version: MIN_API_VERSION,
        max_admin_api_version: MAX_API_VERSION,
        ingress_endpoint: ingressEndpoint,
        features: Object.fromEntries(FEATURES.map((name) => [name, ENABLED.has(name)])),
      }),
  });
  resource(app, "/request-identity", { GET: (c) => c.json({ public_key: identityKey }) });
  resource(app, "/cluster-health", {
    GET: (c) => c.json({ cluster_name: clusterName, metadata_cluster_health: { members: [NODE_ID] } }),
  });
}

/** Of this package. */
export const SERVER_VERSION: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
