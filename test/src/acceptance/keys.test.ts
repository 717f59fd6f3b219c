import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SERVICES, World } from "./world.js";

let world: World;
before(async () => {
  world = await World.start({}, SERVICES);
});
after(() => world?.stop());

test("A35 calls of one key are made one after the other, calls of different keys at the same time", async () => {
  const [first, second, other] = [world.name(), world.name(), world.name()];
  const count = (account: string, name: string) =>
    world.invoke("acceptance.Account/Count", { account, name, text: "it" });
  const account = world.name();
  const ids = [await count(account, first)];
  await world.noted(first);
  ids.push(await count(account, second));
  ids.push(await count(world.name(), other));
  await world.noted(other);
  assert.deepEqual(world.notes(second), [], "its key is taken");
  world.open(first);
  await world.noted(second);
  const [end, begin] = [world.notes(first)[1]!, world.notes(second)[0]!];
  assert.ok(end.at <= begin.at);
  world.open(second);
  world.open(other);
  const counts = await Promise.all(ids.map(async (id) => (await world.outcome(id)).status));
  assert.deepEqual(counts, [200, 200, 200]);
  const { text } = await world.call("acceptance.Account/Count", { account, name: first, text: "again" });
  assert.equal(text, '{"count":3}');
});

test("A36 calls of a singleton are made one after the other, and have one state", async () => {
  const [first, second] = [world.name(), world.name()];
  const count = (name: string) => world.invoke("acceptance.Ledger/Count", { name, text: "it" });
  const ids = [await count(first)];
  await world.noted(first);
  ids.push(await count(second));
  // Another service is not held up.
  await world.call("acceptance.Worker/Echo", { name: first });
  assert.deepEqual(world.notes(second), []);
  world.open(first);
  await world.noted(second);
  world.open(second);
  for (const id of ids) assert.equal((await world.outcome(id)).status, 200);
  const { text } = await world.call("acceptance.Ledger/Count", { name: second, text: "again" });
  assert.equal(text, '{"count":3}');
});
