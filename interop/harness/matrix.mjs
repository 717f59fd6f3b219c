/** Checks the table of expectations for one SDK on one server, in all variants of the protocol at once. */
import { after, before, describe, it } from "node:test";
import { cases } from "../cases/index.mjs";
import { Endpoint } from "./endpoint.mjs";
import { startServer } from "./servers.mjs";
import { suffixOf, VARIANTS } from "./variants.mjs";
import { World } from "./world.mjs";

const CASE_WITHIN_MS = 60_000;
const AT_A_TIME = 12;

/** @param {{ sdk: "official" | "pawl", server: "official" | "pawl" }} combination */
export function checkCombination({ sdk, server: kind }) {
  let server;
  let endpoint;

  before(async () => {
    [server, endpoint] = await Promise.all([
      startServer(kind, { settings: kind === "official" ? "experimental-enable-protocol-v7 = true" : "" }),
      Endpoint.start({ sdk, variants: VARIANTS }),
    ]);
    for (const [index, { transport }] of VARIANTS.entries())
      await server.register(endpoint.uri(index), { use_http_11: transport === "http1" });
  });

  after(async () => {
    await endpoint?.stop();
    await server?.stop();
  });

  describe(`${sdk} SDK on ${kind} server`, { concurrency: AT_A_TIME }, () => {
    for (const variant of VARIANTS) {
      for (const { name, needs, run } of cases) {
        if (needs !== undefined && !needs({ ...variant, sdk, server: kind })) continue;
        it(`${suffixOf(variant).slice(1)}: ${name}`, { timeout: CASE_WITHIN_MS }, async () => {
          await run(new World({ sdk, server, endpoint, variant }));
        });
      }
    }
  });
}
