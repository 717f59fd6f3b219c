import { HANDLER_NAME_PATTERN, SERVICE_NAME_PATTERN } from "@pawl/protocol";

/** What clients of workflows offer under these names are no handlers. */
export type ReservedWorkflowHandler = "workflowSubmit" | "workflowAttach" | "workflowOutput";

const RESERVED_WORKFLOW_HANDLERS: ReadonlySet<string> = new Set<ReservedWorkflowHandler>([
  "workflowSubmit",
  "workflowAttach",
  "workflowOutput",
]);

// A server refuses other names at registration. Refused here they show where they were written.

/** @throws TypeError */
export function checkServiceName(name: string): void {
  if (typeof name !== "string" || !SERVICE_NAME_PATTERN.test(name)) {
    throw new TypeError(
      `'${name}' is not a valid service name: letters, digits and any of _.- after a letter or underscore.`,
    );
  }
}

/** @throws TypeError */
export function checkHandlerName(name: string): void {
  if (!HANDLER_NAME_PATTERN.test(name)) {
    throw new TypeError(
      `'${name}' is not a valid handler name: letters, digits and _ after a letter or underscore.`,
    );
  }
}

/** @throws TypeError */
export function checkWorkflowHandlerName(name: string): void {
  if (RESERVED_WORKFLOW_HANDLERS.has(name)) {
    throw new TypeError(
      `'${name}' is a reserved handler name: clients of workflows have a method of that name.`,
    );
  }
}
