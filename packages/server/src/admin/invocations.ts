import { ProtocolError, parseDeploymentId, parseInvocationId } from "@pawl/protocol";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Runtime } from "../node/runtime.js";
import type { Response as CoreResponse } from "../partition/commands.js";
import type { DeploymentChoice } from "../partition/model.js";
import { invalidField } from "../registry/errors.js";
import { ask } from "./ask.js";
import { invocationDescription, type invocationSchema } from "./describe-invocation.js";
import { AdminError } from "./errors.js";
import { type InvocationAction, refusal, successStatus, toCommand } from "./invocation-actions.js";
import { components } from "./openapi/components.js";
import { readBody, readQuery } from "./request.js";
import { resource } from "./resource.js";

const MODES = {
  Cancel: "cancel",
  cancel: "cancel",
  Kill: "kill",
  kill: "kill",
  Purge: "purge",
  purge: "purge",
} as const;

/** Of one batch. Source: Restate 1.7 as observed, docs/compatibility.md */
const MAX_BATCH = 1000;
const MAX_JOURNAL_INDEX = 2 ** 32 - 1;

/** `keep`, `latest` (in any case of letters) or the id of a deployment. */
const deploymentField = z
  .string()
  .nullish()
  .transform((text, context): DeploymentChoice => {
    const choice = text ?? "keep";
    const word = choice.toLowerCase();
    if (word === "keep" || word === "latest") return word;
    if (isDeploymentId(choice)) return choice;
    context.addIssue("it is neither 'keep' nor 'latest' nor the id of a deployment");
    return z.NEVER;
  })
  .describe("Where to go on: `keep` (the default), `latest` or the id of a deployment");

const journalIndex = z
  .string()
  .regex(/^\d+$/, "it is no index of a journal entry, such as 3")
  .transform(Number)
  .pipe(z.number().max(MAX_JOURNAL_INDEX));

export const resumeQuery = z.object({ deployment: deploymentField });
export const restartQuery = z.object({
  from: journalIndex
    .optional()
    .transform((index) => index ?? null)
    .describe("The last journal entry that the new invocation takes over. Default: the input alone"),
  deployment: deploymentField,
});

export const removeQuery = z.object({
  // Without a mode, this kills, as it was documented in 2023. The official server cancels nowadays.
  mode: z.enum(Object.keys(MODES) as [keyof typeof MODES]).default("kill"),
});

export const batchRequest = z
  .object({
    invocation_ids: z.array(z.string()).max(MAX_BATCH),
    deployment: deploymentField,
  })
  .register(components, { id: "BatchRequest" });

export const restartedSchema = z
  .object({ new_invocation_id: z.string() })
  .register(components, { id: "RestartAsNewInvocationResponse" });

const restartedIds = z.object({ old_invocation_id: z.string(), new_invocation_id: z.string() });

export const batchSchema = z
  .object({
    succeeded: z.array(z.union([z.string(), restartedIds])).describe("Ids; of restarts old and new"),
    failed: z.array(z.object({ invocation_id: z.string(), error: z.string() })),
  })
  .register(components, { id: "BatchResponse" });
type Batch = z.input<typeof batchSchema>;

/** How a request says what to do: to one invocation in the query, to many in the body. */
interface ActionReader {
  readonly ofOne: (c: Context) => InvocationAction;
  readonly ofMany: (batch: z.infer<typeof batchRequest>) => InvocationAction;
}

function plain(kind: "cancel" | "kill" | "pause" | "purge" | "purge-journal"): ActionReader {
  return { ofOne: () => ({ kind }), ofMany: () => ({ kind }) };
}

const ACTIONS: { readonly [Name in InvocationAction["kind"]]: ActionReader } = {
  cancel: plain("cancel"),
  kill: plain("kill"),
  pause: plain("pause"),
  purge: plain("purge"),
  "purge-journal": plain("purge-journal"),
  resume: {
    ofOne: (c) => ({ kind: "resume", ...readQuery(c, resumeQuery) }),
    ofMany: ({ deployment }) => ({ kind: "resume", deployment }),
  },
  "restart-as-new": {
    ofOne: (c) => ({ kind: "restart-as-new", ...readQuery(c, restartQuery) }),
    ofMany: ({ deployment }) => ({ kind: "restart-as-new", from: null, deployment }),
  },
};

type Submit = Pick<Runtime, "submit">;

export function addInvocations(app: Hono, runtime: Submit): void {
  for (const [name, { ofOne, ofMany }] of Object.entries(ACTIONS)) {
    resource(app, `/invocations/:invocation_id/${name}`, {
      PATCH: async (c) => {
        const id = invocationId(c);
        const action = ofOne(c);
        const response = await act(runtime, action, id);
        if (response.kind === "restarted") return c.json({ new_invocation_id: response.newId });
        // Empty bodies, as the official server answers.
        return c.body(null, successStatus(action, response));
      },
    });
    resource(app, `/internal/invocations_batch_operations/${name}`, {
      POST: async (c) => {
        const batch = await readBody(c, batchRequest);
        return c.json(await actOnMany(runtime, ofMany(batch), batch.invocation_ids));
      },
    });
  }
  resource(app, "/invocations/:invocation_id", {
    GET: async (c) => c.json(await describe(runtime, invocationId(c))),
    DELETE: async (c) => {
      const { mode } = readQuery(c, removeQuery);
      await act(runtime, { kind: MODES[mode] }, invocationId(c));
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

function isDeploymentId(text: string): text is `dp_${string}` {
  try {
    parseDeploymentId(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws AdminError when it was refused */
async function act(runtime: Submit, action: InvocationAction, id: string): Promise<CoreResponse> {
  const response = await ask(runtime, (responder) => toCommand(action, id, responder));
  const refused = refusal(action, id, response);
  if (refused !== undefined) throw refused;
  return response;
}

/** @throws AdminError 404 */
async function describe(runtime: Submit, id: string): Promise<z.input<typeof invocationSchema>> {
  const response = await ask(runtime, (responder) => ({ kind: "describeRequest", id, responder }));
  if (response.kind !== "description") {
    throw new AdminError(404, `The requested invocation '${id}' does not exist`);
  }
  return invocationDescription(response.description);
}

async function actOnMany(runtime: Submit, action: InvocationAction, ids: readonly string[]): Promise<Batch> {
  for (const [i, id] of ids.entries()) checkId(id, `invocation_ids.${i}`);
  const succeeded: Batch["succeeded"] = [];
  const failed: Batch["failed"] = [];
  await Promise.all(
    ids.map(async (id) => {
      try {
        const response = await act(runtime, action, id);
        succeeded.push(
          response.kind === "restarted" ? { old_invocation_id: id, new_invocation_id: response.newId } : id,
        );
      } catch (error) {
        failed.push({ invocation_id: id, error: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  return { succeeded, failed };
}
