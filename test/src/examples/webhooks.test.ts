import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("webhooks");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`webhooks: kill -9 of the ${victim} while an event is worked off; redeliveries change nothing`, async () => {
    const payment = `pay-${victim}`;
    const events = ["created", "succeeded", "refunded"].map((type) => ({
      id: `${type} ${payment}`,
      payment,
      type,
    }));
    const shipping = story.crashAt("warehouse/ship", victim);
    for (const event of events) assert.equal(await deliver(event), 200);
    const shipped = await shipping;
    // The provider is not sure, and delivers everything again.
    for (const event of events) assert.equal(await deliver(event), 200);

    const { events: applied } = await story.until(
      () => story.call(`Payments/${payment}/status`),
      ({ status }) => status === "refunded",
    );
    assert.deepEqual(
      applied,
      events.map(({ id }) => id),
    );
    const shipments = story.world.of("warehouse/ship").filter(({ request }) => request.payment === payment);
    assert.deepEqual(shipments, [shipped]);
    assert.equal(shipped.asked, 2);
  });
}

test("webhooks: what is not signed, or not understood, is refused", async () => {
  assert.equal(await deliver({ id: "evt-1", payment: "pay-1", type: "succeeded" }, "another secret"), 401);
  assert.equal(await deliver({ id: "evt-1", payment: "pay-1", type: "exploded" }), 400);
});

/** @returns the status of the answer */
async function deliver(event: object, secret = "secret"): Promise<number> {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-signature": signature };
  const { status } = await story.request("Webhooks/receive", { method: "POST", headers, body });
  return status;
}
