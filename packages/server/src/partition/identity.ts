import { formatInvocationId, partitionKeyOf } from "@pawl/protocol";
import { idempotentInvocationUuid, workflowInvocationUuid } from "@pawl/protocol/derived-ids";
import { HandlerKind } from "../store/store.js";
import type { Target } from "./model.js";
import type { HandlerMeta } from "./registry.js";

const PARTITION_KEY_BYTES = 8;
const INVOCATION_ID_BYTES = 24;
/** `inv_1`, then 11 characters of the partition key. */
const PARTITION_KEY_START = 5;
const PARTITION_KEY_END = 16;

function toId(partitionKey: Uint8Array, uuid: Uint8Array): string {
  const bytes = new Uint8Array(INVOCATION_ID_BYTES);
  bytes.set(partitionKey, 0);
  bytes.set(uuid, PARTITION_KEY_BYTES);
  return formatInvocationId(bytes);
}

/** The one id that a workflow's run with this key has. */
export function workflowRunId(workflow: string, key: string): string {
  return toId(partitionKeyOf(key), workflowInvocationUuid({ workflow, key }));
}

/** The one id that a call with this idempotency key has. */
export function idempotentId(target: Omit<Target, "kind">, idempotencyKey: string): string {
  const { service, handler, key } = target;
  const uuid = idempotentInvocationUuid({
    service,
    handler,
    idempotencyKey,
    ...(key === null ? {} : { key }),
  });
  // A keyed invocation lives where its key lives.
  return toId(partitionKeyOf(key ?? idempotencyKey), uuid);
}

/** The id that follows from what is called; null when every call is a new invocation. */
export function derivedId(target: Target, idempotencyKey: string | null): string | null {
  if (target.kind === HandlerKind.WorkflowRun) return workflowRunId(target.service, target.key ?? "");
  return idempotencyKey === null ? null : idempotentId(target, idempotencyKey);
}

/** An id for a new invocation: of its key's partition, or of its caller's, or (with neither) of the uuid's own. */
export function freshId(uuid: Uint8Array, key: string | null, callerPartitionKey: Uint8Array | null): string {
  if (key !== null) return toId(partitionKeyOf(key), uuid);
  // Its random half: the other one is the time (see node/ids.ts).
  return toId(callerPartitionKey ?? uuid.subarray(0, PARTITION_KEY_BYTES), uuid);
}

/** Which of `partitions` an invocation belongs to. Follows from the partition key alone. */
export function partitionOf(id: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0;
  for (let i = PARTITION_KEY_START; i < PARTITION_KEY_END; i++)
    hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0;
  return hash % partitions;
}

/** What is kept of an invocation once it is completed. Source of the rules: Restate 1.7 as observed, docs/compatibility.md. */
export function retentionOf(
  meta: HandlerMeta,
  idempotencyKey: string | null,
): { readonly completionRetentionMs: number; readonly journalRetentionMs: number } {
  const journal = meta.journalRetentionMs;
  const completion =
    meta.kind === HandlerKind.WorkflowRun
      ? meta.workflowCompletionRetentionMs
      : idempotencyKey !== null
        ? meta.idempotencyRetentionMs
        : journal;
  return { completionRetentionMs: completion, journalRetentionMs: Math.min(journal, completion) };
}
