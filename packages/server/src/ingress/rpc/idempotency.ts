import { singleHeader } from "../headers.js";
import type { HttpRequest } from "../http-types.js";
import { Code, RpcError } from "./rpc-error.js";

/** How long the result of a proto service's call is kept for its idempotency key: "30 minutes". Source: seeds/003. */
export const DEFAULT_RETENTION_MS = 30 * 60_000;

/** What fits a date; nobody means more. */
const MAX_RETENTION_SECONDS = 100 * 365 * 24 * 3_600;

export interface Idempotency {
  readonly key: string;
  /** null: the request does not say. */
  readonly retentionMs: number | null;
}

/**
 * The headers `idempotency-key` and `idempotency-retention-period`, which for gRPC are metadata. Source: seeds/003,
 * the documents of 2023, docs/compatibility.md (0 seconds: the default).
 * @throws RpcError invalid_argument
 */
export function idempotencyOf(request: HttpRequest): Idempotency | null {
  const key = singleHeader(request, "idempotency-key");
  if (key === null) return null;
  if (key === "") throw new RpcError(Code.InvalidArgument, "bad header idempotency-key: it is empty");
  const period = singleHeader(request, "idempotency-retention-period");
  if (period === null) return { key, retentionMs: null };
  const seconds = /^\d{1,15}$/.test(period.trim()) ? Number(period) : Number.NaN;
  if (!(seconds <= MAX_RETENTION_SECONDS)) {
    throw new RpcError(
      Code.InvalidArgument,
      `bad idempotency-retention-period '${period}': it must be a whole number of seconds, at most ${MAX_RETENTION_SECONDS}`,
    );
  }
  return { key, retentionMs: seconds === 0 ? null : seconds * 1_000 };
}
