/** Nobody has to wait for the days after which a sign-up is given up: time is skipped. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TestEnvironment } from "@pawl/testing";
import { OutsideWorld } from "../outside/world.js";
import { signUp } from "./sign-up.js";

let world: OutsideWorld;
let environment: TestEnvironment;

before(async () => {
  world = await OutsideWorld.start();
  process.env.OUTSIDE_URL = world.url;
  environment = await TestEnvironment.start({ services: [signUp] });
});

after(async () => {
  await environment.stop();
  await world.stop();
});

const register = (email: string) =>
  environment.clients.serviceClient(signUp).register({ email, name: "Pete" });
const subjectsTo = (email: string) =>
  world
    .of("mail")
    .filter(({ request }) => request.to === email)
    .map(({ request }) => request.subject);

test("who does not click is reminded after a day, and forgotten after three; through a crash", async () => {
  const begin = environment.now();
  const crashed = environment.crashAt({ run: "Still there?", result: "lost" });
  const outcome = await register("late@example.com");
  await crashed;

  assert.equal(outcome.confirmed, false);
  assert.deepEqual(subjectsTo("late@example.com"), ["Confirm your address", "Still there?"]);
  const removed = world.of("accounts/remove").map(({ request }) => request.account);
  assert.deepEqual(removed, [outcome.account]);
  const days = (environment.now() - begin) / (24 * 60 * 60 * 1000);
  assert.ok(days >= 3 && days < 3.01, `${days} days`);
});

test("who clicks the link of the reminder is welcome", async () => {
  const reminder = world.interrupt("mail", ({ request }) => request.subject === "Still there?");
  const outcome = register("slow@example.com");
  const { request } = await reminder;
  await environment.clients.resolveAwakeable(request.text.split(": ").at(-1), "clicked");
  // The reminder was sent, and its answer is lost.
  await environment.kill();
  await environment.restart();
  assert.equal((await outcome).confirmed, true);
  assert.deepEqual(subjectsTo("slow@example.com"), ["Confirm your address", "Still there?", "Welcome"]);
});
