/** The clients for callers from outside, each with what interfaces are declared with. */
import * as officialClient from "@restatedev/restate-sdk-clients";
import * as officialCore from "@restatedev/restate-sdk-core";
import * as pawlClient from "../../packages/client/dist/index.js";
import * as pawlCore from "../../packages/sdk/dist/core.js";

export const CLIENTS = {
  official: { ...officialCore, ...officialClient },
  pawl: { ...pawlCore, ...pawlClient },
};

/** A case for each client. @param {(world: object, client: object) => Promise<void>} run */
export function withEachClient(name, run) {
  return Object.entries(CLIENTS).map(([kind, client]) => ({
    name: `${name} (${kind} client)`,
    run: (world) => run(world, client),
  }));
}
