import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SERVICES, World } from "./world.js";

const INACTIVITY_MS = 400;
const ABORT_MS = 400;

let world: World;
before(async () => {
  world = await World.start(
    {
      // As the documents write them: worker.invoker.inactivity_timeout, worker.invoker.abort_timeout.
      RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: `${INACTIVITY_MS}ms`,
      RESTATE_WORKER__INVOKER__ABORT_TIMEOUT: `${ABORT_MS}ms`,
      PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "50ms",
    },
    SERVICES,
  );
  const raised = await world.admin("PATCH", "/services/acceptance.Worker", { inactivity_timeout: "30s" });
  assert.equal(raised.status, 200);
});
after(() => world?.stop());

test("A29 a handler that waits for a long call is suspended, and goes on with the answer", async () => {
  const name = world.name();
  const id = await world.invoke("acceptance.Caller/Wait", { name, text: "answered" });
  const [began] = await world.noted(name);
  await world.until(id, ({ status }) => status === "suspended");
  assert.ok(Date.now() - began!.at >= INACTIVITY_MS - 100, "not before it was inactive for so long");
  world.open(name);
  assert.match((await world.outcome(id)).text, /answered/);
});

test("A30, A31 a side effect longer than both timeouts is cut and repeated; with a larger one it is left alone", async () => {
  const [short, long] = [world.name(), world.name()];
  const patient = await world.invoke("acceptance.Worker/Step", { name: long, text: "done" });
  await world.noted(long);
  const impatient = await world.invoke("acceptance.Ledger/Count", { name: short, text: "it" });
  const [first, second] = await world.noted(short, 3);
  assert.ok(second!.at - first!.at >= INACTIVITY_MS + ABORT_MS - 50, `${second!.at - first!.at} ms`);
  const described = await world.until(impatient, ({ last_failure_error_code: code }) => code !== null);
  assert.equal(described.last_failure_error_code, "RT0001");
  world.open(short);
  assert.equal((await world.outcome(impatient)).status, 200);

  world.open(long);
  assert.match((await world.outcome(patient)).text, /done/);
  assert.deepEqual(
    world.notes(long).map(({ value }) => value),
    ["began", "ended"],
  );
});
