/** What is too large for Pawl's server harms nobody but the invocation that made it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Endpoint } from "../harness/endpoint.mjs";
import { started } from "../harness/processes.mjs";
import { startServer } from "../harness/servers.mjs";
import { failureOf, World } from "../harness/world.mjs";

const WITHIN_MS = 30_000;
const VARIANT = { protocol: 7, transport: "bidi" };
/** More than Node.js lets wait on one connection (10 MB). */
const TOO_LARGE = 16_000_000;

for (const sdk of ["official", "pawl"]) {
  describe(`${sdk} SDK on a Pawl server that takes small messages only`, () => {
    let server;
    let endpoint;
    let world;

    before(async () => {
      [server, endpoint] = await started(
        startServer("pawl", { settings: 'worker.invoker.message-size-limit = "1MiB"' }),
        Endpoint.start({ sdk, variants: [VARIANT] }),
      );
      await server.register(endpoint.uri(0));
      world = new World({ sdk, server, endpoint, variant: VARIANT });
    });

    after(async () => {
      await endpoint?.stop();
      await server?.stop();
    });

    it("refuses what is too large, and says so", { timeout: WITHIN_MS }, async () => {
      for (const handler of ["largeOutput", "largeRun"]) {
        const failure = await failureOf(world.service("Failing")[handler](TOO_LARGE));
        assert.equal(failure.code, 500);
        assert.match(failure.message, /message-size-limit/, handler);
      }
    });

    it("goes on with others over the same connection", { timeout: WITHIN_MS }, async () => {
      const [topic, gate] = [world.unique(), world.unique()];
      const beside = world.service("Echo").noted({ topic, gate });
      await endpoint.noted(topic);
      await failureOf(world.service("Failing").largeOutput(TOO_LARGE));
      for (let i = 0; i < 3; i++) {
        const other = world.unique();
        assert.equal(await world.service("Failing").once(other), 1);
      }
      endpoint.open(gate);
      assert.equal(await beside, 1);
    });
  });
}
