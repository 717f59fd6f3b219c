/** @pawl/embedded: server, handlers and callers in one process. Brings all of @pawl/sdk along. */

export * from "@pawl/sdk";
export { ConfigError, StoreError } from "@pawl/server";
export { CallRefusedError, type RefusalReason } from "@pawl/server/embedded";
export { type App, type OpenOptions, open } from "./app.js";
export type {
  AppClient,
  AppClients,
  AppSendClient,
  AppWorkflowClient,
  CallPromise,
  Sent,
  WorkflowOutput,
} from "./clients.js";
