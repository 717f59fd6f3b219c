import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DECLINED_CARD } from "@pawl/examples/outside/world.js";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("cart");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`cart: kill -9 of the ${victim} when the card has just been charged; it is charged once, for all that is in it`, async () => {
    const customer = `${victim}@example.com`;
    // Twice the same click is one lamp more.
    for (const click of ["a", "b", "b"]) await story.call(`Cart/${customer}/add`, { article: "lamp" }, click);
    await story.call(`Cart/${customer}/add`, { article: "chair" });
    await story.crash(victim);
    assert.deepEqual(await story.call(`Cart/${customer}/view`), {
      items: { lamp: 2, chair: 1 },
      cents: 22_700,
    });

    const answer = story.call(`Cart/${customer}/checkOut`, `card of ${customer}`, "order-1");
    const charge = await story.crashAt("bank/charge", victim);
    const letter = await story.crashAt("mail", victim);
    assert.deepEqual(await answer, {
      order: `${customer}-1`,
      items: { lamp: 2, chair: 1 },
      cents: 22_700,
      receipt: charge.receipt,
    });
    assert.deepEqual(charge.request, { card: `card of ${customer}`, cents: 22_700 });
    assert.deepEqual(await story.call(`Cart/${customer}/view`), { items: {}, cents: 0 });
    assert.deepEqual(
      story.world.effects.filter(({ request }) =>
        [request.card, request.to].some((who) => who?.endsWith(customer)),
      ),
      [charge, letter],
    );
    assert.deepEqual([charge.asked, letter.asked], [2, 2]);
  });
}

test("cart: a declined card leaves it as it was; nothing in it, nothing to pay; an article that is none", async () => {
  await story.call("Cart/ann/add", { article: "table" });
  assert.equal((await story.tryCall("Cart/ann/checkOut", DECLINED_CARD)).status, 402);
  assert.deepEqual(await story.call("Cart/ann/view"), { items: { table: 1 }, cents: 39_900 });
  await story.call("Cart/ann/remove", "table");
  assert.equal((await story.tryCall("Cart/ann/checkOut", "4242 4242 4242 4242")).status, 409);
  assert.equal((await story.tryCall("Cart/ann/add", { article: "car" })).status, 400);
});
