/**
 * Ids that follow from what a request says, so that the same request is the same invocation. Only servers derive them; the
 * hash is Node's, so this is an entry of its own, and the rest of the package runs anywhere.
 */
import { sha256First16 } from "./hash.js";

/**
 * The uuid of a workflow's one run: the same key always is the same invocation.
 * SHA-256 of `wf[,scope],workflow,key`, its first 16 bytes.
 */
export function workflowInvocationUuid(run: {
  readonly workflow: string;
  readonly key: string;
  readonly scope?: string;
}): Uint8Array {
  return sha256First16(["wf", run.scope, run.workflow, run.key]);
}

/**
 * The uuid of a request with an idempotency key.
 * SHA-256 of `ik[,scope],service[,key],handler,idempotencyKey`, its first 16 bytes.
 */
export function idempotentInvocationUuid(request: {
  readonly service: string;
  readonly key?: string;
  readonly handler: string;
  readonly idempotencyKey: string;
  readonly scope?: string;
}): Uint8Array {
  return sha256First16([
    "ik",
    request.scope,
    request.service,
    request.key,
    request.handler,
    request.idempotencyKey,
  ]);
}
