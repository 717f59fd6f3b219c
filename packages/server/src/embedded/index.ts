/**
 * @pawl/server/embedded: what @pawl/embedded and @pawl/testing are made of.
 * @private Internal, does not follow semantic versioning.
 */
export { loadConfig } from "../config/load.js";
export type {
  InProcessHandler,
  InProcessHandlers,
  InProcessOutput,
  InProcessStart,
} from "../invoker/in-process-invoker.js";
export type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "../invoker/invoker.js";
export { startOf } from "../invoker/opening.js";
export type { Clock } from "../node/clock.js";
export { partitionOf } from "../partition/identity.js";
export type { JournalEntry } from "../partition/model.js";
export { MemoryStore } from "../store/memory/memory-store.js";
export { openSqliteStore } from "../store/sqlite/sqlite-store.js";
export type { JournalRow, LoadRequest, Store } from "../store/store.js";
export { CallRefusedError, type RefusalReason } from "./call-refused.js";
export {
  type EmbeddedOptions,
  type EmbeddedServer,
  type InProcessDeployment,
  openEmbeddedServer,
} from "./embedded-server.js";
export type { Accepted, LocalCall, LocalCaller, LocalSend, PendingCall } from "./local-caller.js";
