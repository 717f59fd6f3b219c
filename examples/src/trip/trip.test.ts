/** The server dies at each step of a trip that is booked and undone, before and after the step's result is stored. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { TerminalError } from "@pawl/sdk";
import { TestEnvironment } from "@pawl/testing";
import { DECLINED_CARD, OutsideWorld } from "../outside/world.js";
import { trips } from "./trip.js";

let world: OutsideWorld;
let environment: TestEnvironment;

before(async () => {
  world = await OutsideWorld.start();
  process.env.OUTSIDE_URL = world.url;
  environment = await TestEnvironment.start({ services: [trips] });
});

after(async () => {
  await environment.stop();
  await world.stop();
});

beforeEach(() => {
  world.effects.length = 0;
});

const TRIP = { traveller: "Pete", city: "Lisbon", cents: 90_000, card: DECLINED_CARD };

for (const result of ["stored", "lost"] as const) {
  for (const step of ["flight", "hotel", "payment", "undo: payment", "undo: hotel", "undo: flight"]) {
    test(`a declined trip leaves nothing behind, when the server dies at "${step}" (result ${result})`, async () => {
      const crashed = environment.crashAt({ run: step, result });
      const trip = environment.clients.serviceClient(trips).book(TRIP);
      await assert.rejects(trip, (error: unknown) => error instanceof TerminalError && error.code === 402);
      await crashed;

      const done = world.effects.map(({ service }) => service);
      assert.deepEqual(done, ["flight/book", "hotel/book", "bank/refund", "hotel/cancel", "flight/cancel"]);
      const repeated = world.effects.filter(({ asked }) => asked > 1).length;
      // What was refused had no effect to count.
      assert.equal(repeated, result === "lost" && step !== "payment" ? 1 : 0);
    });
  }
}

test("a trip to where there is no hotel gives the flight back, and charges nothing", async () => {
  const trip = environment.clients.serviceClient(trips).book({ ...TRIP, city: "Atlantis" });
  await assert.rejects(trip, /there is no hotel in Atlantis/);
  const done = world.effects.map(({ service }) => service);
  assert.deepEqual(done, ["flight/book", "hotel/cancel", "flight/cancel"]);
});
