import { z } from "zod";
import type { InvocationDescription } from "../partition/describe.js";
import { components, timestamp } from "./openapi/components.js";

const time = timestamp.nullable();

export const invocationSchema = z
  .object({
    id: z.string(),
    target: z.string().describe("`Service/handler` or `Service/key/handler`"),
    status: z.enum([
      "scheduled",
      "pending",
      "ready",
      "running",
      "backing-off",
      "suspended",
      "paused",
      "completed",
    ]),
    created_at: timestamp,
    modified_at: timestamp,
    scheduled_at: time,
    running_at: time,
    completed_at: time,
    idempotency_key: z.string().nullable(),
    invoked_by_id: z.string().nullable().describe("The invocation that called it; null for clients"),
    pinned_deployment_id: z.string().nullable(),
    pinned_service_protocol_version: z.uint32().nullable(),
    retry_count: z.uint32().describe("Failed attempts since it last got on"),
    next_retry_at: time,
    last_failure: z.string().nullable(),
    last_failure_error_code: z.string().nullable(),
    completion_result: z.enum(["success", "failure"]).nullable(),
    completion_failure: z.string().nullable(),
    journal: z.array(z.object({ index: z.uint32(), entry_type: z.string(), name: z.string().nullable() })),
  })
  .register(components, { id: "InvocationDescription" });

/** Our own addition: the official server shows invocations through SQL only. Names follow its table sys_invocation. */
export function invocationDescription(d: InvocationDescription): z.input<typeof invocationSchema> {
  return {
    id: d.id,
    target: d.target,
    status: d.status,
    created_at: iso(d.createdAt),
    modified_at: iso(d.modifiedAt),
    scheduled_at: isoOrNull(d.scheduledFor),
    running_at: isoOrNull(d.runningAt),
    completed_at: isoOrNull(d.completedAt),
    idempotency_key: d.idempotencyKey,
    invoked_by_id: d.invokedBy,
    pinned_deployment_id: d.deploymentId,
    pinned_service_protocol_version: d.protocolVersion,
    retry_count: d.retryCount,
    next_retry_at: isoOrNull(d.nextRetryAt),
    last_failure: d.lastFailure?.message ?? null,
    last_failure_error_code: d.lastFailure?.docCode ?? null,
    completion_result: d.result,
    completion_failure: d.failure,
    journal: d.journal.map(({ index, type, name }) => ({ index, entry_type: type, name })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
