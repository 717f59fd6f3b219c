/** An approval that takes a week, and what the agent does without one. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TestEnvironment } from "@pawl/testing";
import { OutsideWorld } from "../outside/world.js";
import { think } from "./model.js";
import { supportAgent } from "./support-agent.js";

let world: OutsideWorld;
let environment: TestEnvironment;

before(async () => {
  world = await OutsideWorld.start();
  process.env.OUTSIDE_URL = world.url;
  // Wherever the agent waits it is suspended and replayed: the loop has to be deterministic.
  environment = await TestEnvironment.start({ services: [supportAgent], time: "manual", alwaysReplay: true });
});

after(async () => {
  await environment.stop();
  await world.stop();
});

for (const approved of [true, false]) {
  test(`a refund that is ${approved ? "approved" : "refused"} after a week, through a crash`, async () => {
    const earlier = new Set(world.effects.map(({ idempotencyKey }) => idempotencyKey));
    const customer = environment.clients.objectClient(supportAgent, `customer ${approved}`);
    const answer = customer.ask("Order 17 came broken. I want my money back.");
    await environment.advance({ days: 7 });
    await environment.kill();
    await environment.restart();
    const [question] = world.of("staff/approve").slice(-1);
    const decision = approved ? { approved } : { approved, reason: "It is a year old." };
    await environment.clients.resolveAwakeable(question?.request.approvalId, decision);

    const said = approved ? /refunded, receipt shop\/refund-1/ : /not approved: It is a year old\./;
    assert.match(await answer, said);
    const refunds = world.of("shop/refund").filter(({ idempotencyKey }) => !earlier.has(idempotencyKey));
    assert.deepEqual(
      refunds.map(({ request }) => request),
      approved ? [{ orderId: "17", cents: 4900 }] : [],
    );
    assert.equal((await customer.conversation()).length, 7);
  });
}

test("each thought was asked for once", () => {
  const thoughts = world.of("v1/chat/completions");
  assert.equal(thoughts.length, 6);
  assert.deepEqual(
    thoughts.filter(({ asked }) => asked !== 1),
    [],
  );
});

test("MODEL_URL names another model", async () => {
  const model = await OutsideWorld.start();
  process.env.MODEL_URL = `${model.url}/v1`;
  try {
    await think([{ role: "user", content: "Where is order 17?" }], [], "one thought");
    assert.equal(model.of("v1/chat/completions").length, 1);
  } finally {
    delete process.env.MODEL_URL;
    await model.stop();
  }
});
