import { invocationSchema } from "../../describe-invocation.js";
import {
  batchRequest,
  batchSchema,
  removeQuery,
  restartedSchema,
  restartQuery,
  resumeQuery,
} from "../../invocations.js";
import type { ApiGroup, ApiOperation, ApiPaths } from "../operation.js";

type Action = Omit<ApiOperation, "body">;

const done = { description: "It is done" };
const signalled = { description: "It is on its way, and happens when the handler lets it" };

/** By the last part of their paths. */
const ACTIONS: Readonly<Record<string, Action>> = {
  cancel: {
    operationId: "cancel_invocation",
    summary: "Cancel an invocation",
    description: "Its handler gets a signal, and may compensate before it ends.",
    answers: { 200: done, 202: signalled },
    errors: [404, 409],
  },
  kill: {
    operationId: "kill_invocation",
    summary: "Kill an invocation",
    description: "It ends at once, and so does what it called.",
    answers: { 200: done },
    errors: [404, 409],
  },
  pause: {
    operationId: "pause_invocation",
    summary: "Pause a running invocation",
    description: "Its attempt is asked to suspend: the step under way comes to its end.",
    answers: { 200: { description: "It was paused already" }, 202: signalled },
    errors: [404, 409],
  },
  purge: {
    operationId: "purge_invocation",
    summary: "Forget a completed invocation",
    answers: { 200: done },
    errors: [404, 409],
  },
  "purge-journal": {
    operationId: "purge_journal",
    summary: "Forget the journal of a completed invocation, but not its result",
    answers: { 200: done },
    errors: [404, 409],
  },
  resume: {
    operationId: "resume_invocation",
    summary: "Resume a paused invocation, or retry one that backs off at once",
    query: resumeQuery,
    answers: { 200: done },
    errors: [404, 409, 425],
  },
  "restart-as-new": {
    operationId: "restart_as_new_invocation",
    summary: "Start a completed invocation again, as a new one",
    query: restartQuery,
    answers: { 200: { description: "The new invocation", content: restartedSchema } },
    errors: [404, 409, 410, 422, 425],
  },
};

const one: ApiPaths = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, action]) => [
    `/invocations/{invocation_id}/${name}`,
    {
      patch: { ...action, errors: [400, ...(action.errors ?? [])] },
    },
  ]),
);

const many: ApiPaths = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, { operationId, summary }]) => [
    `/internal/invocations_batch_operations/${name}`,
    {
      post: {
        operationId: `batch_${operationId}`,
        summary: `${summary}: many at once`,
        body: batchRequest,
        answers: { 200: { description: "What became of each", content: batchSchema } },
      },
    },
  ]),
);

export const invocationOperations: ApiGroup = {
  tag: "invocations",
  description: "What runs, waits or is kept",
  paths: {
    "/invocations/{invocation_id}": {
      get: {
        operationId: "get_invocation",
        summary: "An invocation",
        answers: { 200: { description: "With its journal", content: invocationSchema } },
        errors: [400, 404],
      },
      delete: {
        operationId: "delete_invocation",
        summary: "Kill, cancel or purge an invocation",
        isDeprecated: true,
        query: removeQuery,
        answers: { 202: done },
        errors: [404, 409],
      },
    },
    ...one,
    ...many,
  },
};
