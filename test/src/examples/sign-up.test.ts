import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("sign-up");
});

after(() => story.stop());

for (const victim of VICTIMS) {
  test(`sign-up: kill -9 of the ${victim} when mails have just been sent; each is sent once, and the link works`, async () => {
    const email = `${victim}@example.com`;
    const subjectIs = (subject: string) => (effect: { request: { to: string; subject: string } }) =>
      effect.request.to === email && effect.request.subject === subject;

    const answer = story.call("SignUp/register", { email, name: "Pete" }, victim);
    const letter = await story.crashAt("mail", victim, subjectIs("Confirm your address"));
    const link = letter.request.text.split(": ").at(-1);
    await story.call(`restate/awakeables/${link}/resolve`, "clicked");
    const welcome = await story.crashAt("mail", victim, subjectIs("Welcome"));

    const [account] = story.world.of("accounts/create").filter(({ request }) => request.email === email);
    assert.deepEqual(await answer, { account: account?.receipt, confirmed: true });
    assert.equal(account?.asked, 1);
    const letters = story.world.of("mail").filter(({ request }) => request.to === email);
    assert.deepEqual(letters, [letter, welcome]);
    assert.deepEqual([letter.asked, welcome.asked], [2, 2]);
  });
}

test("sign-up: an address that is none is refused", async () => {
  const { status } = await story.tryCall("SignUp/register", { email: "pete", name: "Pete" });
  assert.equal(status, 400);
});
