/** Days pass in a moment: time moves only where the test says so. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TestEnvironment } from "@pawl/testing";
import { OutsideWorld } from "../outside/world.js";
import { dailyReport } from "./daily-report.js";

const DAY_MS = 24 * 60 * 60 * 1000;

let world: OutsideWorld;
let environment: TestEnvironment;

before(async () => {
  world = await OutsideWorld.start();
  process.env.OUTSIDE_URL = world.url;
  environment = await TestEnvironment.start({ services: [dailyReport], time: "manual" });
});

after(async () => {
  await environment.stop();
  await world.stop();
});

const mailsOf = (team: string) =>
  world.of("mail").filter(({ request }) => request.subject.startsWith(`Report of ${team} `));

test("a mail a day, at the same hour, through crashes", async () => {
  const team = environment.clients.objectClient(dailyReport, "a");
  const first = await team.start({ to: "pete@example.com", hour: 7 });
  assert.match(first, /T07:00:00/);
  assert.ok(Date.parse(first) - environment.now() <= DAY_MS);

  await environment.advance({ days: 2 });
  await environment.kill();
  await environment.restart();
  await environment.advance({ days: 1 });
  const crashed = environment.crashAt({ run: "send the report", result: "lost" });
  await environment.advance({ days: 1 });
  await crashed;
  await environment.advance({ minutes: 5 });

  const days = [0, 1, 2, 3].map((n) => new Date(Date.parse(first) + n * DAY_MS).toISOString().slice(0, 10));
  assert.deepEqual(
    mailsOf("a").map(({ request }) => request.subject),
    days.map((day) => `Report of a for ${day}`),
  );
  assert.deepEqual(
    mailsOf("a").map(({ asked }) => asked),
    [1, 1, 1, 2],
  );
  assert.equal((await team.status()).sent, 4);
});

test("another hour replaces the old one, and stopping ends it", async () => {
  const team = environment.clients.objectClient(dailyReport, "b");
  await team.start({ to: "pete@example.com", hour: 7 });
  await team.start({ to: "pete@example.com", hour: 8 });
  await environment.advance({ days: 2 });
  assert.equal(mailsOf("b").length, 2);

  await team.stop();
  await environment.advance({ days: 2 });
  assert.equal(mailsOf("b").length, 2);
  assert.deepEqual(await team.status(), { next: null, sent: 2 });
});
