import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type RecordedJournal, replay, TestEnvironment } from "@pawl/testing";
import { bank, orders, warehouse } from "./orders.js";

let environment: TestEnvironment;

before(async () => {
  environment = await TestEnvironment.start({ services: [orders] });
});

after(() => environment.stop());

beforeEach(() => {
  warehouse.calls = bank.calls = 0;
});

test("a day passes at once", async () => {
  const answer = await environment.clients.serviceClient(orders).place("a book");
  assert.equal(answer, "a book #1 paid #1");
});

test("nothing is charged twice when the server dies", async () => {
  const crashed = environment.crashAt({ run: "charge" });
  const call = environment.clients.serviceClient(orders).place("a book");
  await crashed;
  await call;
  assert.deepEqual([warehouse.calls, bank.calls], [1, 1]);
});

test("does what the journal shows", async () => {
  const call = environment.clients.serviceClient(orders).place("a book");
  await call;
  const journal = await environment.journal(call.invocationId);
  assert.deepEqual(
    journal.commands().map((line) => line.split(" = ")[0]),
    ["Input", "Run 'reserve'", "Sleep", "Run 'charge'", "Output"],
  );
});

test("the code still fits an invocation of last week", async () => {
  const call = environment.clients.serviceClient(orders).place("a book");
  await call;
  // Once: writeFileSync("place.json", json). From then on: readFileSync.
  const json = JSON.stringify(await environment.journal(call.invocationId));

  const result = await replay(JSON.parse(json) as RecordedJournal, { services: [orders] });
  assert.deepEqual(result, { kind: "completed" });
});
