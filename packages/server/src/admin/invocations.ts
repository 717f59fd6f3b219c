import { ProtocolError, parseInvocationId } from "@pawl/protocol";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Runtime } from "../node/runtime.js";
import type { Command, Response as CoreResponse, Responder } from "../partition/commands.js";
import { invalidField } from "../registry/errors.js";
import { AdminError } from "./errors.js";
import { readBody, readQuery } from "./request.js";
import { resource } from "./resource.js";

const ACTIONS = ["cancel", "kill", "purge", "resume"] as const;
type Action = (typeof ACTIONS)[number];

const MODES = {
  Cancel: "cancel",
  cancel: "cancel",
  Kill: "kill",
  kill: "kill",
  Purge: "purge",
  purge: "purge",
} as const;

const MAX_BATCH = 1000;
const batchRequest = z.object({ invocation_ids: z.array(z.string()).max(MAX_BATCH) });

export function addInvocations(app: Hono, runtime: Pick<Runtime, "submit">): void {
  for (const action of ACTIONS) {
    resource(app, `/invocations/:invocation_id/${action}`, {
      PATCH: async (c) => {
        if (action === "resume") refuseOtherDeployment(c);
        // Empty bodies, as the official server answers. 202: the handler has the signal, and ends when it wants to.
        const { kind } = await act(runtime, action, invocationId(c));
        return c.body(null, kind === "signalled" ? 202 : 200);
      },
    });
    resource(app, `/internal/invocations_batch_operations/${action}`, {
      POST: async (c) =>
        c.json(await actOnMany(runtime, action, (await readBody(c, batchRequest)).invocation_ids)),
    });
  }
  resource(app, "/invocations/:invocation_id", {
    GET: async (c) => c.json(await describe(runtime, invocationId(c))),
    DELETE: async (c) => {
      // Without a mode, this kills, as it was documented in 2023. The official server cancels nowadays.
      const modes = z.enum(Object.keys(MODES) as [keyof typeof MODES]).optional();
      const { mode = "kill" } = readQuery(c, z.object({ mode: modes }));
      await act(runtime, MODES[mode], invocationId(c));
      return c.body(null, 202);
    },
  });
}

function invocationId(c: Context): string {
  return checkId(c.req.param("invocation_id") ?? "", "invocation_id");
}

/** @throws RegistryError 400 */
function checkId(id: string, field: string): string {
  try {
    parseInvocationId(id);
    return id;
  } catch (error) {
    if (error instanceof ProtocolError) throw invalidField(field, error.message);
    throw error;
  }
}

function refuseOtherDeployment(c: Context): void {
  const deployment = c.req.query("deployment") ?? "keep";
  if (deployment.toLowerCase() === "keep") return;
  if (deployment.toLowerCase() !== "latest" && !deployment.startsWith("dp_")) {
    const reason = "it is neither 'keep' nor 'latest' nor the id of a deployment";
    throw new AdminError(400, `The request query parameter 'deployment' is invalid. Reason: ${reason}`);
  }
  throw new AdminError(
    501,
    "an invocation resumes on the deployment where it began: leave 'deployment' away",
  );
}

/** @throws AdminError 404, 409 */
async function act(runtime: Pick<Runtime, "submit">, action: Action, id: string): Promise<CoreResponse> {
  const response = await ask(runtime, (responder) => ({ kind: `${action}Request`, id, responder }));
  switch (response.kind) {
    case "not-found":
      throw new AdminError(404, `The requested invocation '${id}' does not exist`);
    case "already-completed":
      throw new AdminError(409, `The invocation '${id}' is already completed`);
    case "not-completed":
      throw new AdminError(409, `The invocation '${id}' is not completed yet: kill it first, or wait`);
    default:
      return response;
  }
}

/**
 * Our own addition: the official server shows invocations through SQL only. Names follow its table sys_invocation.
 * @throws AdminError 404
 */
async function describe(runtime: Pick<Runtime, "submit">, id: string): Promise<object> {
  const response = await ask(runtime, (responder) => ({ kind: "describeRequest", id, responder }));
  if (response.kind !== "description") {
    throw new AdminError(404, `The requested invocation '${id}' does not exist`);
  }
  const { description: d } = response;
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

function ask(
  runtime: Pick<Runtime, "submit">,
  toCommand: (responder: Responder) => Command,
): Promise<CoreResponse> {
  return new Promise((resolve) => runtime.submit(toCommand({ respond: resolve })));
}

async function actOnMany(
  runtime: Pick<Runtime, "submit">,
  action: Action,
  ids: readonly string[],
): Promise<object> {
  for (const [i, id] of ids.entries()) checkId(id, `invocation_ids.${i}`);
  const succeeded: string[] = [];
  const failed: { readonly invocation_id: string; readonly error: string }[] = [];
  await Promise.all(
    ids.map((id) =>
      act(runtime, action, id).then(
        () => succeeded.push(id),
        (error) =>
          failed.push({ invocation_id: id, error: error instanceof Error ? error.message : String(error) }),
      ),
    ),
  );
  return { succeeded, failed };
}
