/** What one SDK has begun the other can finish: both write the same journal for the same code. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { checkSame, checkSends, ProgramMaker } from "../cases/programs.mjs";
import { Endpoint } from "../harness/endpoint.mjs";
import { started } from "../harness/processes.mjs";
import { startServer, V7_SETTINGS } from "../harness/servers.mjs";
import { suffixOf, VARIANTS } from "../harness/variants.mjs";
import { World } from "../harness/world.mjs";

const WITHIN_MS = 60_000;
const SEED = Number(process.env.PAWL_SEED ?? 1);
const COUNT = Number(process.env.PAWL_PROGRAMS ?? 8);

for (const [first, second, kind] of [
  ["official", "pawl", "pawl"],
  ["pawl", "official", "pawl"],
  ["official", "pawl", "official"],
  ["pawl", "official", "official"],
]) {
  describe(`begun with the ${first} SDK, finished with the ${second} one, on the ${kind} server`, {
    concurrency: true,
  }, () => {
    let server;
    let endpoint;
    const begun = [];

    before(async () => {
      [server, endpoint] = await started(
        startServer(kind, { settings: V7_SETTINGS[kind] }),
        Endpoint.start({ sdk: first, variants: VARIANTS }),
      );
      for (const [index, { transport }] of VARIANTS.entries())
        await server.register(endpoint.uri(index), { use_http_11: transport === "http1" });
      for (const variant of VARIANTS) {
        const world = new World({ server, endpoint, variant });
        begun.push(...(await Promise.all(Array.from({ length: COUNT }, (_, i) => begin(world, SEED + i)))));
      }
      for (const { topic } of begun) await endpoint.noted(`${topic}/outside`);
      await endpoint.crash(second);
    });

    after(async () => {
      await endpoint?.stop();
      await server?.stop();
    });

    for (const [index, variant] of VARIANTS.entries()) {
      it(`${suffixOf(variant).slice(1)}`, { timeout: WITHIN_MS }, async () => {
        for (const { world, topic, send, maker, expected, program } of begun.slice(
          index * COUNT,
          (index + 1) * COUNT,
        )) {
          const [id] = endpoint.notes(`${topic}/outside`);
          await world.ingress.resolveAwakeable(id, "from outside");
          assert.deepEqual(
            await world.ingress.result({ ...send, attachable: true }),
            expected,
            JSON.stringify(program),
          );
          await checkSends(world, maker);
          checkSame(world, maker.clocks);
          // In V5 each SDK makes a seed of its own of the invocation's id.
          if (variant.protocol > 5) checkSame(world, maker.randoms);
        }
      });
    }
  });
}

/** Starts a program that stops in the middle. */
async function begin(world, seed) {
  const topic = world.unique();
  const maker = new ProgramMaker(seed);
  const state = {};
  const before = maker.make({ topic, state });
  const after = maker.make({ topic, state, offset: before.program.length + 1 });
  const program = [...before.program, { op: "outside" }, ...after.program];
  const expected = [...before.results, "from outside", ...after.results];
  const send = await world.objectSend("ObjectInterpreter", topic).go({ topic, program });
  return { world, topic, maker, program, expected, send };
}
