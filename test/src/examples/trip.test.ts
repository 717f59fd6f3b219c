import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DECLINED_CARD } from "@pawl/examples/outside/world.js";
import { assertRepeated, Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("trip");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`trip: kill -9 of the ${victim} when the hotel has just been booked; all is booked once`, async () => {
    const traveller = `Pete with his ${victim}`;
    const trip = { traveller, city: "Lisbon", cents: victim.length, card: "4242 4242 4242 4242" };
    const answer = story.call("Trips/book", trip, traveller);
    const interrupted = await story.crashAt("hotel/book", victim);
    const { flight, hotel, payment } = await answer;

    const [flights, hotels] = ["flight/book", "hotel/book"].map((service) =>
      story.world.of(service).filter(({ request }) => request.traveller === traveller),
    );
    const charges = story.world.of("bank/charge").filter(({ request }) => request.cents === trip.cents);
    const effects = [flights!, hotels!, charges].map((found) => {
      assert.equal(found.length, 1);
      return found[0]!;
    });
    assert.deepEqual(
      effects.map(({ receipt }) => receipt),
      [flight, hotel, payment],
    );
    assertRepeated(effects, interrupted);
    assert.deepEqual(story.world.of("hotel/cancel"), []);
  });
}

for (const victim of VICTIMS) {
  test(`trip: kill -9 of the ${victim} while a trip is undone; what was booked is given back once`, async () => {
    const before = new Set(story.world.effects);
    const trip = { traveller: "Ann", city: "Lisbon", cents: 90_000, card: DECLINED_CARD };
    const answer = story.tryCall("Trips/book", trip, `declined beside ${victim}`);
    const interrupted = await story.crashAt("hotel/cancel", victim);
    const { status, body } = await answer;

    assert.equal(status, 402);
    assert.match(JSON.stringify(body), /the card was declined/);
    const effects = story.world.effects.filter((effect) => !before.has(effect));
    assert.deepEqual(
      effects.map(({ service }) => service),
      ["flight/book", "hotel/book", "bank/refund", "hotel/cancel", "flight/cancel"],
    );
    assertRepeated(effects, interrupted);
    const [flight, hotel] = effects;
    assert.equal(effects[3]?.request.booking, hotel?.idempotencyKey);
    assert.equal(effects[4]?.request.booking, flight?.idempotencyKey);
  });
}
