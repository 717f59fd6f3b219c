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

type Action = Omit<ApiOperation, "operationId" | "body">;

const done = { description: "It is done" };
const signalled = { description: "It is on its way, and happens when the handler lets it" };

/** By the last part of their paths. */
const ACTIONS: Readonly<Record<string, Action>> = {
  cancel: {
    summary: "Cancel an invocation",
    description: "Its handler gets a signal, and may compensate before it ends.",
    answers: { 200: done, 202: signalled },
    errors: [404, 409],
  },
  kill: {
    summary: "Kill an invocation",
    description: "It ends at once, and so does what it called.",
    answers: { 200: done },
    errors: [404, 409],
  },
  pause: {
    summary: "Pause a running invocation",
    answers: { 200: { description: "It was paused already" }, 202: signalled },
    errors: [404, 409],
  },
  purge: {
    summary: "Forget a completed invocation",
    answers: { 200: done },
    errors: [404, 409],
  },
  "purge-journal": {
    summary: "Forget the journal of a completed invocation, but not its result",
    answers: { 200: done },
    errors: [404, 409],
  },
  resume: {
    summary: "Resume a paused invocation, or retry one that backs off at once",
    query: resumeQuery,
    answers: { 200: done },
    errors: [404, 409, 425],
  },
  "restart-as-new": {
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
      patch: { operationId: `${snake(name)}_invocation`, ...action, errors: [400, ...(action.errors ?? [])] },
    },
  ]),
);

const many: ApiPaths = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, { summary }]) => [
    `/internal/invocations_batch_operations/${name}`,
    {
      post: {
        operationId: `batch_${snake(name)}_invocations`,
        summary: `${summary}: many at once`,
        body: batchRequest,
        answers: { 200: { description: "What became of each", content: batchSchema } },
      },
    },
  ]),
);

function snake(name: string): string {
  return name.replaceAll("-", "_");
}

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
