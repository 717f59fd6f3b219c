/** The Pawl server: start one with `startServer(loadConfig({...}))`. */
export { AccessError } from "./access/access-error.js";
export type { Config } from "./config/config.js";
export { ConfigError } from "./config/config-error.js";
export { type ConfigSources, loadConfig } from "./config/load.js";
export { type RunningServer, startServer } from "./server.js";
export { StoreError } from "./store/errors.js";
export { checkBackup, restoreBackup } from "./store/sqlite/restore.js";
