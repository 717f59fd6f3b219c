import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANES } from "@pawl/examples/geocoding/geocoding.js";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("geocoding");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`geocoding: kill -9 of the ${victim} in the middle of a list; nothing is looked up twice, and the limit holds`, async () => {
    const addresses = Array.from({ length: 12 }, (_, i) => `Street of the ${victim} ${i}`);
    const answer = story.call("Geocoding/locate", addresses, victim);
    const interrupted = await story.crashAt(
      "geocoder",
      victim,
      ({ request }) => request.address === addresses[7],
    );
    const located: { address: string; position: string }[] = await answer;

    const effects = story.world.of("geocoder").filter(({ request }) => addresses.includes(request.address));
    assert.equal(effects.length, addresses.length);
    assert.deepEqual(
      located,
      addresses.map((address) => {
        const effect = effects.find(({ request }) => request.address === address);
        return { address, position: effect?.receipt };
      }),
    );
    assert.equal(interrupted.asked, 2);
    // The lanes beside it may have lost an answer, too: those of the moment, not those before.
    assert.ok(effects.filter(({ asked }) => asked > 1).length <= LANES);
    assert.ok(
      story.world.mostInFlight("geocoder") <= LANES,
      `${story.world.mostInFlight("geocoder")} in flight`,
    );
  });
}
