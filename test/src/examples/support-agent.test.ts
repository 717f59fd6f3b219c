import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertRepeated, Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("support-agent");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`support agent: kill -9 of the ${victim} in a thought, at the approval and in the refund; one refund`, async () => {
    const order = victim === "server" ? "17" : "18";
    const of = (service: string) =>
      story.world.of(service).filter(({ idempotencyKey }) => !earlier.has(idempotencyKey));
    const earlier = new Set(story.world.effects.map(({ idempotencyKey }) => idempotencyKey));

    const answer = story.call(`SupportAgent/pete-${victim}/ask`, `Order ${order} came broken.`, victim);
    const thought = await story.crashAt(
      "v1/chat/completions",
      victim,
      ({ request }) => request.messages.length === 4,
    );
    const question = await story.crashAt("staff/approve", victim);
    assert.equal(question.request.orderId, order);
    await story.call(`restate/awakeables/${question.request.approvalId}/resolve`, { approved: true });
    const refund = await story.crashAt("shop/refund", victim);

    assert.equal(await answer, `About your refund: refunded, receipt ${refund.receipt}`);
    assert.deepEqual(of("shop/refund"), [refund]);
    assert.deepEqual(refund.request, { orderId: order, cents: 4900 });
    // The journal holds what the model said: it is asked again only where its answer was lost.
    const thoughts = of("v1/chat/completions");
    assert.equal(thoughts.length, 3);
    assertRepeated(thoughts, thought);
    const conversation = await story.call(`SupportAgent/pete-${victim}/conversation`);
    assert.deepEqual(
      conversation.map(({ role }: { role: string }) => role),
      ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"],
    );
  });
}
