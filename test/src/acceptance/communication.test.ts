import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SERVICES, World } from "./world.js";

const DELAY_MS = 2_000;

let world: World;
before(async () => {
  world = await World.start({}, SERVICES);
});
after(() => world?.stop());

for (const method of ["OneWay", "InBackground"]) {
  test(`A32 ${method}: the caller ends while the callee has not`, async () => {
    const name = world.name();
    const { text } = await world.call(`acceptance.Caller/${method}`, { name });
    assert.equal(text, '{"text":"sent"}');
    await world.noted(name);
    assert.equal(world.notes(name).length, 1);
    world.open(name);
    await world.noted(name, 2);
  });
}

test("A32 one-way calls of a caller to one key keep their order", async () => {
  const name = world.name();
  world.open(name);
  await world.call("acceptance.Caller/InOrder", { name });
  const notes = await world.noted(name, 6);
  assert.deepEqual(
    notes.map(({ value }) => value),
    ["1 began", "1 ends", "2 began", "2 ends", "3 began", "3 ends"],
  );
});

test("A33 a delayed call survives kill -9 of the server, and is made once and not before its time", async () => {
  const name = world.name();
  const sent = Date.now();
  assert.equal((await world.call("acceptance.Caller/Delayed", { name, millis: DELAY_MS })).status, 200);
  await world.killServer();
  const [made] = await world.noted(name);
  assert.ok(made!.at - sent >= DELAY_MS, `after ${made!.at - sent} ms`);
  // One that was delayed later comes later: had there been a second one, it would be there.
  const later = world.name();
  await world.call("acceptance.Caller/Delayed", { name: later, millis: 1 });
  await world.noted(later);
  assert.equal(world.notes(name).length, 1);
});

for (const [what, message] of [
  ["sleep", /used the context in another way/],
  ["side effect", /used the context in another way/],
  ["awakeable", /used the context in another way/],
  ["nothing", /made no call/],
] as const) {
  test(`A34 in a one-way call, ${what} is refused`, async () => {
    const { status, text } = await world.call("acceptance.Caller/Forbidden", { text: what });
    const error = JSON.parse(text) as { code: string; message: string };
    assert.deepEqual([status, error.code], [500, "internal"]);
    assert.match(error.message, message);
  });
}
