/** Checks the table of expectations for one SDK on one server, in all variants of the protocol at once. */
import { after, before, describe, it } from "node:test";
import { cases } from "../cases/index.mjs";
import { Endpoint } from "./endpoint.mjs";
import { started } from "./processes.mjs";
import { startServer, V7_SETTINGS } from "./servers.mjs";
import { suffixOf, VARIANTS } from "./variants.mjs";
import { World } from "./world.mjs";

const CASE_WITHIN_MS = 60_000;
const AT_A_TIME = 12;

/**
 * @param {object} combination
 * @param {"official" | "pawl"} combination.sdk
 * @param {"official" | "pawl"} combination.server
 * @param {string} [combination.title]
 * @param {string} [combination.settings] of the server, as TOML
 * @param {import("./variants.mjs").Variant[]} [combination.variants]
 * @param {import("../cases/index.mjs").Case[]} [combination.table]
 */
export function checkCombination({ sdk, server: kind, title, settings, variants = VARIANTS, table = cases }) {
  describe(title ?? `${sdk} SDK on ${kind} server`, { concurrency: AT_A_TIME }, () => {
    let server;
    let endpoint;

    before(async () => {
      [server, endpoint] = await started(
        startServer(kind, { settings: settings ?? V7_SETTINGS[kind] }),
        Endpoint.start({ sdk, variants }),
      );
      for (const [index, { transport }] of variants.entries())
        await server.register(endpoint.uri(index), { use_http_11: transport === "http1" });
    });

    after(async () => {
      await endpoint?.stop();
      await server?.stop();
    });

    for (const [index, variant] of variants.entries()) {
      for (const { name, needs, run } of table) {
        const { spoken: protocol = variant.protocol } = variant;
        if (needs !== undefined && !needs({ ...variant, protocol, sdk, server: kind })) continue;
        it(`${suffixOf(variant).slice(1)}: ${name}`, { timeout: CASE_WITHIN_MS }, async () => {
          await run(new World({ sdk, server, endpoint, variant, endpointUri: endpoint.uri(index) }));
        });
      }
    }
  });
}
