import type { HttpRequest } from "../http/exchange.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { ResolvedHandler } from "../registry/schema.js";
import { IngressError } from "./answer.js";
import { singleHeader } from "./headers.js";

/** What fits a date; nobody means more. */
const MAX_RETENTION_SECONDS = 100 * 365 * 24 * 3_600;

export interface Idempotency {
  readonly key: string;
  /** How long the result is kept; null: the request does not say. */
  readonly retentionMs: number | null;
}

/**
 * The headers `idempotency-key` and `idempotency-retention-period`, which for gRPC are metadata. Source: the documents of
 * 2023, docs/compatibility.md (0 seconds: the default). Without a key the period means nothing.
 * @throws IngressError 400
 */
export function idempotencyOf(request: HttpRequest): Idempotency | null {
  const key = singleHeader(request, "idempotency-key");
  if (key === null) return null;
  if (key === "") throw new IngressError(400, "bad header idempotency-key: it is empty");
  const period = singleHeader(request, "idempotency-retention-period");
  if (period === null) return { key, retentionMs: null };
  const seconds = /^\d{1,15}$/.test(period.trim()) ? Number(period) : Number.NaN;
  if (!(seconds <= MAX_RETENTION_SECONDS)) {
    throw new IngressError(
      400,
      `bad idempotency-retention-period '${period}': it must be a whole number of seconds, at most ${MAX_RETENTION_SECONDS}`,
    );
  }
  return { key, retentionMs: seconds === 0 ? null : seconds * 1_000 };
}

/** The handler as a request sees it that says how long its result is kept: never longer than the server's maximum. */
export function withRetention(
  registry: SchemaRegistry,
  handler: ResolvedHandler,
  retentionMs: number | null,
): ResolvedHandler {
  if (retentionMs === null) return handler;
  return { ...handler, idempotencyRetentionMs: Math.min(retentionMs, registry.maxIdempotencyRetentionMs) };
}
