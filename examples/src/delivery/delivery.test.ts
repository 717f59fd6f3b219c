/** The minutes in which a restaurant has to accept pass in a moment: time moves only where the test says so. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TestEnvironment } from "@pawl/testing";
import { OutsideWorld } from "../outside/world.js";
import { delivery } from "./delivery.js";

let world: OutsideWorld;
let environment: TestEnvironment;

before(async () => {
  world = await OutsideWorld.start();
  process.env.OUTSIDE_URL = world.url;
  environment = await TestEnvironment.start({ services: [delivery], time: "manual" });
});

after(async () => {
  await environment.stop();
  await world.stop();
});

test("a restaurant that does not accept within ten minutes loses the order, and the money is given back once", async () => {
  const order = environment.clients.workflowClient(delivery, "order-1");
  await order.workflowSubmit({ meal: "soup", cents: 1250, card: "4242 4242 4242 4242" });
  await environment.advance({ minutes: 9 });
  assert.equal(await order.status(), "waiting for the restaurant");
  const crashed = environment.crashAt({ run: "refund", result: "lost" });
  await environment.advance({ minutes: 2 });
  await crashed;
  await environment.advance({ minutes: 1 });

  assert.equal(await order.status(), "refused");
  assert.deepEqual(
    world.effects.map(({ service, asked }) => [service, asked]),
    [
      ["bank/charge", 1],
      ["restaurant/offer", 1],
      ["bank/refund", 2],
    ],
  );
});
