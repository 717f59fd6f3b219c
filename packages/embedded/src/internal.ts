/**
 * @pawl/embedded/internal: for @pawl/testing.
 * @private Internal, does not follow semantic versioning.
 */
export { createClients } from "./callers.js";
