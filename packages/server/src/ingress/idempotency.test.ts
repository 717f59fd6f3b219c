import assert from "node:assert/strict";
import { test } from "node:test";
import { SERVER_DEFAULTS } from "../registry/defaults.js";
import { SchemaRegistry } from "../registry/registry.js";
import type { ResolvedHandler } from "../registry/schema.js";
import { withRetention } from "./idempotency.js";

const handler = { idempotencyRetentionMs: 5_000 } as ResolvedHandler;

for (const [max, asked, kept] of [
  [null, null, 5_000],
  [null, 90_000, 90_000],
  [60_000, 90_000, 60_000],
  [60_000, 30_000, 30_000],
] as const) {
  test(`asked for ${asked} ms, at most ${max}: kept for ${kept}`, () => {
    const registry = new SchemaRegistry({ ...SERVER_DEFAULTS, maxIdempotencyRetentionMs: max });
    assert.equal(withRetention(registry, handler, asked).idempotencyRetentionMs, kept);
  });
}
