import type { InvocationDescription } from "../partition/describe.js";

/** Our own addition: the official server shows invocations through SQL only. Names follow its table sys_invocation. */
export function invocationDescription(d: InvocationDescription): object {
  return {
    id: d.id,
    target: d.target,
    status: d.status,
    created_at: time(d.createdAt),
    modified_at: time(d.modifiedAt),
    scheduled_at: time(d.scheduledFor),
    running_at: time(d.runningAt),
    completed_at: time(d.completedAt),
    idempotency_key: d.idempotencyKey,
    invoked_by_id: d.invokedBy,
    pinned_deployment_id: d.deploymentId,
    pinned_service_protocol_version: d.protocolVersion,
    retry_count: d.retryCount,
    next_retry_at: time(d.nextRetryAt),
    last_failure: d.lastFailure?.message ?? null,
    last_failure_error_code: d.lastFailure?.docCode ?? null,
    completion_result: d.result,
    completion_failure: d.failure,
    journal: d.journal.map(({ index, type, name }) => ({ index, entry_type: type, name })),
  };
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
