import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SERVICES, World } from "./world.js";

const SLEEP_MS = 3_000;

let world: World;
before(async () => {
  world = await World.start({ PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "50ms" }, SERVICES);
});
after(() => world?.stop());

test("A37 a sleep ends at its first deadline, whatever is killed meanwhile", async () => {
  const name = world.name();
  const id = await world.invoke("acceptance.Worker/Sleep", { name, millis: SLEEP_MS, text: "rested" });
  const [began] = await world.noted(name);
  await world.until(id, ({ journal }) => journal.some((entry) => entry.entry_type === "Command: Sleep"));
  await world.killEndpoints();
  await world.killServer();
  const restarted = Date.now();
  assert.match((await world.outcome(id)).text, /rested/);
  const [woken] = world.notes(`${name}, woken`);
  assert.ok(woken!.at - began!.at >= SLEEP_MS, `after ${woken!.at - began!.at} ms`);
  assert.ok(woken!.at - restarted < SLEEP_MS, "it slept all over again");
});

for (const field of ["json_result", "jsonResult"]) {
  test(`A38 an awakeable is resolved with ${field}`, async () => {
    const name = world.name();
    const answer = world.call("acceptance.Worker/Await", { name });
    const [awakeable] = await world.noted(name);
    const resolved = await world.call("dev.restate.Awakeables/Resolve", {
      id: awakeable!.value,
      [field]: { hello: ["world", 1, null] },
    });
    assert.deepEqual([resolved.status, resolved.text], [200, "{}"]);
    assert.deepEqual(JSON.parse((await answer).text), { text: '{"hello":["world",1,null]}' });
  });
}

test("A38 an awakeable is rejected with a reason", async () => {
  const name = world.name();
  const answer = world.call("acceptance.Worker/Await", { name });
  const [awakeable] = await world.noted(name);
  const rejected = await world.call("dev.restate.Awakeables/Reject", {
    id: awakeable!.value,
    reason: "Very bad error!",
  });
  assert.deepEqual([rejected.status, rejected.text], [200, "{}"]);
  assert.deepEqual(JSON.parse((await answer).text), { text: "rejected: Very bad error!" });
});
