import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, SERVICES, World } from "./world.js";

const RETENTION_SECONDS = 1;

let world: World;
before(async () => {
  world = await World.start({}, SERVICES);
});
after(() => world?.stop());

test("A19 two requests with one key are one execution, with one answer", async () => {
  const name = world.name();
  const call = () => world.call("acceptance.Worker/Echo", { name, text: "hi" }, { "idempotency-key": name });
  const [first, second] = [await call(), await call()];
  assert.deepEqual([first.status, first.text], [200, '{"text":"hi"}']);
  assert.equal(second.text, first.text);
  assert.ok(Date.parse(second.headers.get("idempotency-expires") ?? "") > Date.now());
  assert.equal(world.notes(name).length, 1);
});

test("A20 requests with one key at the same time are one execution, and all are answered", async () => {
  const name = world.name();
  const call = () => world.call("acceptance.Worker/Step", { name, text: "hi" }, { "idempotency-key": name });
  const calls = [call(), call(), call()];
  await world.noted(name);
  calls.push(call());
  world.open(name);
  for (const { status, text } of await Promise.all(calls)) {
    assert.deepEqual([status, text], [200, '{"text":"hi"}']);
  }
  assert.equal(world.notes(name).length, 2, "it began and ended once");
});

test("A21 after the retention period that was asked for, a request is executed again", async () => {
  const name = world.name();
  const headers = { "idempotency-key": name, "idempotency-retention-period": String(RETENTION_SECONDS) };
  const call = () => world.call("acceptance.Worker/Echo", { name, text: "hi" }, headers);
  await call();
  await eventually("a second execution", async () => {
    await call();
    return world.notes(name).length > 1 || undefined;
  });
  const [first, second] = world.notes(name);
  assert.ok(second!.at - first!.at >= RETENTION_SECONDS * 1_000);
});

test("A22 a terminal failure is kept like an answer", async () => {
  const name = world.name();
  const refusal = { name, code: 5, reason: "no such thing" };
  const call = () => world.call("acceptance.Worker/Refuse", refusal, { "idempotency-key": name });
  const [first, second] = [await call(), await call()];
  assert.deepEqual(JSON.parse(first.text), { code: "not_found", message: "no such thing" });
  assert.deepEqual([second.status, second.text], [404, first.text]);
  assert.equal(world.notes(name).length, 1);
});

test("A23 a key is remembered over kill -9 of the server", async () => {
  const [done, running] = [world.name(), world.name()];
  const echo = () =>
    world.call("acceptance.Worker/Echo", { name: done, text: "hi" }, { "idempotency-key": done });
  const step = () => world.call("acceptance.Worker/Steps", { name: running }, { "idempotency-key": running });
  await echo();
  const broken = step().catch(() => undefined);
  await world.noted(`${running}, second step`);
  await world.killServer();
  await broken;
  assert.equal((await echo()).text, '{"text":"hi"}');
  assert.equal(world.notes(done).length, 1);
  const again = step();
  world.open(running);
  const { text } = JSON.parse((await again).text) as { text: string };
  assert.deepEqual(
    world.notes(running).map(({ value }) => value),
    [text],
  );
});
