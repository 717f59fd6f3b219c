import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertRepeated, Story, VICTIMS } from "./story.test.kit.js";

let story: Story;

before(async () => {
  story = await Story.start("daily-report");
});

after(() => story.stop());

const DAY_MS = 24 * 60 * 60 * 1000;
const dayOf = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);

// Days that really pass are in examples/src/daily-report/daily-report.test.ts, where time is skipped.
for (const victim of VICTIMS) {
  test(`daily report: kill -9 of the ${victim} while the reports of three days are sent; one each`, async () => {
    const [to, team] = [`${victim}@example.com`, `team-${victim}`];
    const days = [dayOf(3), dayOf(2), dayOf(1)];
    const status = () => story.call(`DailyReport/${team}/status`);

    // At midnight, so that today is due, too.
    await story.call(`DailyReport/${team}/start`, { to, hour: 0, since: days[0] });
    const interrupted = await story.crashAt("mail", victim, ({ request }) =>
      request.subject.endsWith(days[1]!),
    );
    const { next } = await story.until(status, (now) => now.sent === days.length + 1);

    assert.equal(Date.parse(next) % DAY_MS, 0);
    const sent = story.world.of("mail").filter(({ request }) => request.to === to);
    const subjects = sent.map(({ request }) => request.subject);
    assert.deepEqual(
      subjects,
      [...days, dayOf(0)].map((day) => `Report of ${team} for ${day}`),
    );
    assertRepeated(sent, interrupted);

    // The next one is a message that waits, in the server's next life, too; and one that no longer counts once it is stopped.
    await story.crash(victim);
    assert.deepEqual(await status(), { next, sent: sent.length });
    await story.call(`DailyReport/${team}/stop`);
    assert.deepEqual(await status(), { next: null, sent: sent.length });
  });
}
