import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertRepeated, Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("delivery");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`delivery: kill -9 of the ${victim} between signals; none is lost, and none needed twice`, async () => {
    const order = `order-${victim}`;
    const status = () => story.call(`Delivery/${order}/status`);
    await story.call(`Delivery/${order}/run/send`, {
      meal: "soup",
      cents: 1250,
      card: "4242 4242 4242 4242",
    });
    const offer = await story.crashAt("restaurant/offer", victim);
    await story.until(status, (now) => now === "waiting for the restaurant");

    // The courier is early. What was signalled is there when the workflow comes to it, whatever is killed in between.
    await story.call(`Delivery/${order}/pickUp`, "Ann");
    await story.crash(victim);
    await story.call(`Delivery/${order}/accept`, { minutes: 20 });
    await story.until(status, (now) => now === "with Ann");
    await story.crash(victim);
    assert.equal(await status(), "with Ann");
    assert.equal((await story.tryCall(`Delivery/${order}/pickUp`, "Bob")).status, 409);

    await story.call(`Delivery/${order}/handOver`);
    const { body } = await story.request(`restate/workflow/Delivery/${order}/attach`, { method: "GET" });
    assert.equal(body, "delivered");
    const effects = story.world.effects.filter(({ idempotencyKey }) => idempotencyKey.startsWith(order));
    assert.deepEqual(
      effects.map(({ service }) => service),
      ["bank/charge", "restaurant/offer"],
    );
    assertRepeated(effects, offer);
  });
}
