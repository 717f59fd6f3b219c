import type { Command, Response as CoreResponse, Responder } from "../partition/commands.js";
import type { DeploymentChoice } from "../partition/model.js";
import { AdminError } from "./errors.js";

/** What an operator does to an invocation. Source of statuses: Restate 1.7 as observed, docs/compatibility.md. */
export type InvocationAction =
  | { readonly kind: "cancel" | "kill" | "pause" | "purge" | "purge-journal" }
  | { readonly kind: "resume"; readonly deployment: DeploymentChoice }
  | {
      readonly kind: "restart-as-new";
      readonly from: number | null;
      readonly deployment: DeploymentChoice;
    };

export function toCommand(action: InvocationAction, id: string, responder: Responder): Command {
  switch (action.kind) {
    case "cancel":
      return { kind: "cancelRequest", id, responder };
    case "kill":
      return { kind: "killRequest", id, responder };
    case "pause":
      return { kind: "pauseRequest", id, responder };
    case "purge":
      return { kind: "purgeRequest", id, responder };
    case "purge-journal":
      return { kind: "purgeJournalRequest", id, responder };
    case "resume":
      return { kind: "resumeRequest", id, deployment: action.deployment, responder };
    case "restart-as-new":
      return {
        kind: "restartRequest",
        id,
        from: action.from,
        deployment: action.deployment,
        responder,
      };
  }
}

/** What was refused, as an error with the official server's status; undefined when the action was carried out. */
export function refusal(
  action: InvocationAction,
  id: string,
  response: CoreResponse,
): AdminError | undefined {
  const refuse = (status: number, why: string): AdminError =>
    new AdminError(status, `The invocation '${id}' ${why}`);
  switch (response.kind) {
    case "not-found":
      return new AdminError(404, `The requested invocation '${id}' does not exist`);
    case "already-completed":
      return refuse(409, "is already completed");
    case "not-completed":
      return refuse(409, "is not completed yet: kill it first, or wait");
    case "not-running":
      return refuse(409, "is not running, so it cannot be paused");
    case "not-started":
      return refuse(
        425,
        `has not started yet, so ${action.kind} has nothing to act on: try again once it runs`,
      );
    case "not-restartable":
      return refuse(
        422,
        "is a workflow's run, which happens once a key: start one with another key, or purge this one first",
      );
    case "journal-gone":
      return refuse(410, "has no journal any more, and with it no input: it was purged, or was never kept");
    case "bad-prefix":
      return refuse(
        400,
        "cannot be restarted from there: there is no such journal entry, or a command up to it (inclusive) has no result",
      );
    case "deployment-in-use":
      return refuse(409, "is running, so its deployment cannot be changed: pause it first");
    case "unknown-deployment":
      return refuse(
        400,
        "cannot go on there: no such deployment is registered, or none has its handler any more",
      );
    case "incompatible-deployment":
      return refuse(
        400,
        `cannot go on on ${response.deploymentId}, which does not know version ${response.protocolVersion} of the service protocol, in which its journal is written`,
      );
    default:
      return undefined;
  }
}

/** 202: it is on its way, but the handler ends (or the attempt is cut) only after the answer. */
export function successStatus(action: InvocationAction, response: CoreResponse): 200 | 202 {
  if (action.kind === "pause") return response.kind === "already-paused" ? 200 : 202;
  return response.kind === "signalled" ? 202 : 200;
}
