/**
 * @pawl/embedded/internal: for @pawl/testing.
 * @private Internal, does not follow semantic versioning.
 */
export { type Caller, createClients } from "./callers.js";
export type { AppClients } from "./clients.js";
