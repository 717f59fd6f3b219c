/** Pawl's server and endpoints are killed in the middle of everything: nothing that was acknowledged is lost or done twice. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { rpc } from "@restatedev/restate-sdk-clients";
import { checkSame, checkSends, ProgramMaker, randomNumbers } from "../cases/programs.mjs";
import { Endpoint } from "../harness/endpoint.mjs";
import { eventually, started } from "../harness/processes.mjs";
import { startServer } from "../harness/servers.mjs";
import { suffixOf } from "../harness/variants.mjs";
import { World } from "../harness/world.mjs";

const WITHIN_MS = 60_000;
const STEPS = 10;
const SEED = Number(process.env.PAWL_SEED ?? 100);
const PROGRAMS = Number(process.env.PAWL_PROGRAMS ?? 8);
const VARIANTS = [
  { protocol: 7, transport: "bidi" },
  { protocol: 6, transport: "bidi", isSuspending: true },
  { protocol: 6, transport: "http1" },
];

for (const [sdk, partitions] of [
  ["official", 1],
  ["pawl", 3],
]) {
  describe(`${sdk} SDK on a Pawl server with ${partitions} partitions that is killed`, () => {
    let server;
    let endpoint;
    let worlds;

    before(async () => {
      [server, endpoint] = await started(
        startServer("pawl", { settings: `worker.num-partitions = ${partitions}` }),
        Endpoint.start({ sdk, variants: VARIANTS }),
      );
      for (const [index, { transport }] of VARIANTS.entries())
        await server.register(endpoint.uri(index), { use_http_11: transport === "http1" });
      worlds = VARIANTS.map((variant) => new World({ sdk, server, endpoint, variant }));
    });

    after(async () => {
      await endpoint?.stop();
      assert.equal(await server?.stop(), 0, server?.process.output);
    });

    it("a step whose result was stored is not done again", { timeout: WITHIN_MS }, async () => {
      const calls = await Promise.all(worlds.map((world) => begin(world, { pauseMs: 5, gateAfter: 5 })));
      for (const { topic } of calls) await endpoint.noted(`${topic}/waits`);
      await server.kill();
      for (const { topic } of calls) endpoint.open(`${topic}/gate`);
      await server.restart();
      for (const call of calls) {
        const { results, executed } = await finish(call);
        assert.deepEqual(executed, results, `${suffixOf(call.world.variant)}: each step was done once`);
      }
    });

    it("killed again and again, it goes on with the results that it stored", {
      timeout: WITHIN_MS,
    }, async () => {
      const calls = [];
      for (let i = 0; i < 4; i++)
        calls.push(...(await Promise.all(worlds.map((world) => begin(world, { pauseMs: 60 })))));
      const KILLS = 4;
      for (let kill = 1; kill <= KILLS; kill++) {
        const { topic } = calls[(kill * 5) % calls.length];
        await endpoint.noted(`${topic}/used`, 2 * kill);
        await server.kill();
        await server.restart();
      }
      for (const call of calls) {
        const { results, executed, used } = await finish(call);
        assert.ok(executed.length <= STEPS + KILLS, "only the step under way is done again");
        for (const result of results) {
          const step = `${result.split("/")[0]}/`;
          const seen = new Set(used.filter((value) => value.startsWith(step)));
          assert.deepEqual([...seen], [result], "every attempt went on with the same result");
        }
      }
    });

    it("what was accepted is done, once", { timeout: WITHIN_MS }, async () => {
      const [world] = worlds;
      const key = world.unique();
      let accepted = 0;
      let isOver = false;
      const senders = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          await world.objectSend("Counter", key).add(1);
          accepted++;
        }
      });
      const ended = Promise.allSettled(senders);
      await eventually("some requests to be accepted", WITHIN_MS, () => accepted >= 200);
      await server.kill();
      isOver = true;
      await ended;
      await server.restart();
      const value = await eventually("all to be done", WITHIN_MS, async () => {
        const { value } = await world.object("Counter", key).get();
        return value >= accepted && value;
      });
      // Requests that were under way may have been stored without anybody being told.
      assert.ok(value <= accepted + senders.length, `${value} of ${accepted}`);
    });

    it("programs made up at random do not notice", { timeout: WITHIN_MS }, async () => {
      const programs = [];
      for (const world of worlds) {
        for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
          const topic = world.unique();
          const maker = new ProgramMaker(seed);
          const { program, results } = maker.make({ topic, state: {} });
          const send = await world.objectSend("ObjectInterpreter", topic).go({ topic, program });
          programs.push({ world, maker, program, results, send });
        }
      }
      // When is of no importance; that it is always somewhere else, is.
      const random = randomNumbers(SEED);
      for (let kill = 0; kill < 3; kill++) {
        await setTimeout(random() * 150);
        await server.kill();
        await server.restart();
      }
      for (const { world, maker, program, results, send } of programs) {
        const result = await world.ingress.result({ ...send, attachable: true });
        assert.deepEqual(result, results, JSON.stringify(program));
        await checkSends(world, maker, { isCutOff: true });
        checkSame(world, [...maker.clocks, ...maker.randoms]);
      }
    });

    it("what was put off is done in time", { timeout: WITHIN_MS }, async () => {
      const topic = worlds[0].unique();
      const before = Date.now();
      await worlds[0].serviceSend("Echo").noted({ topic }, rpc.sendOpts({ delay: 3_000 }));
      await server.kill();
      await server.restart();
      await endpoint.noted(topic);
      assert.ok(Date.now() - before >= 2_990, `${Date.now() - before} ms`);
      assert.equal(endpoint.notes(topic).length, 1);
    });

    it("an endpoint that is killed is asked again when it is back", { timeout: WITHIN_MS }, async () => {
      const calls = await Promise.all(worlds.map((world) => begin(world, { pauseMs: 5, gateAfter: 5 })));
      for (const { topic } of calls) await endpoint.noted(`${topic}/waits`);
      await endpoint.crash();
      for (const { topic } of calls) endpoint.open(`${topic}/gate`);
      for (const call of calls) {
        const { results, executed } = await finish(call);
        assert.deepEqual(executed, results, `${suffixOf(call.world.variant)}: each step was done once`);
      }
    });
  });
}

/** Starts a handler with ten steps. */
async function begin(world, options) {
  const topic = world.unique();
  const send = await world.serviceSend("TenSteps").go({ topic, steps: STEPS, ...options });
  return { world, topic, invocationId: send.invocationId };
}

/** Waits until it is done, and for the messages it has sent. */
async function finish({ world, topic, invocationId }) {
  const results = await world.ingress.result({ invocationId, attachable: true });
  assert.deepEqual(
    results.map((result) => Number(result.split("/")[0])),
    Array.from({ length: STEPS }, (_, i) => i + 1),
  );
  await eventually("its messages to arrive", WITHIN_MS, async () => {
    const { value } = await world.object("Counter", topic).get();
    assert.ok((value ?? 0) <= STEPS, `${value} of ${STEPS} messages`);
    return value === STEPS;
  });
  const { endpoint } = world;
  return { results, executed: endpoint.notes(`${topic}/executed`), used: endpoint.notes(`${topic}/used`) };
}
