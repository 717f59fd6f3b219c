import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("ledger");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`ledger: kill -9 of the ${victim} in the middle of a transfer; no cent is lost, no event is published twice`, async () => {
    const [ann, bob] = [`ann-${victim}`, `bob-${victim}`];
    const balance = async (key: string) => (await story.call(`Account/${key}/balance`)).account.cents;
    for (const key of [ann, bob]) await story.call(`Account/${key}/execute`, { type: "open", owner: key });
    await story.call(`Account/${ann}/execute`, { type: "deposit", cents: 10_000, reference: "cash" });

    const rent = story.call("Transfers/transfer", { from: ann, to: bob, cents: 2500 }, `rent ${victim}`);
    const withdrawn = await story.crashAt(
      "events",
      victim,
      ({ request }) => request.event.type === "withdrawn",
    );
    const deposited = await story.crashAt("events", victim, ({ request }) => request.account === bob);
    const { reference } = await rent;
    assert.deepEqual([await balance(ann), await balance(bob)], [7500, 2500]);

    const history = await story.call(`Account/${ann}/history`);
    assert.deepEqual(history, [
      { type: "opened", owner: ann },
      { type: "deposited", cents: 10_000, reference: "cash" },
      { type: "withdrawn", cents: 2500, reference },
    ]);
    const published = story.world.of("events").filter(({ request }) => request.account === ann);
    assert.deepEqual(
      published.map(({ request }) => request.event),
      history,
    );
    assert.deepEqual(
      published.map(({ asked }) => asked),
      [1, 1, 2],
    );
    assert.deepEqual([withdrawn.asked, deposited.asked], [2, 2]);
  });
}

test("ledger: what cannot be is refused, and a transfer to nobody is taken back", async () => {
  const execute = (command: object) => story.tryCall("Account/carl/execute", command);
  assert.equal((await execute({ type: "deposit", cents: 100, reference: "cash" })).status, 409);
  await story.call("Account/carl/execute", { type: "open", owner: "Carl" });
  await story.call("Account/carl/execute", { type: "deposit", cents: 100, reference: "cash" });
  assert.equal((await execute({ type: "withdraw", cents: 101, reference: "cash" })).status, 409);
  assert.equal((await execute({ type: "withdraw", cents: -5, reference: "cash" })).status, 400);

  const { status } = await story.tryCall("Transfers/transfer", { from: "carl", to: "nobody", cents: 100 });
  assert.equal(status, 409);
  const { version, account } = await story.call("Account/carl/balance");
  assert.deepEqual({ version, account }, { version: 4, account: { owner: "Carl", cents: 100 } });
});
