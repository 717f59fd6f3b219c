/** Runs, and what replay has to keep the same. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { failureOf } from "../harness/world.mjs";

const JOURNAL_MISMATCH = 570;
const LONGER_THAN_A_RETRY_MS = 300;

export const steps = [
  {
    name: "runs give back what they returned",
    run: async (world) =>
      assert.deepEqual(await world.service("Runs").values(), [1, "zwei", "undefined", null, [1, 2]]),
  },
  {
    name: "runs in parallel",
    run: async (world) => assert.deepEqual(await world.service("Runs").parallel(5), [0, 1, 2, 3, 4]),
  },
  {
    name: "a large result of a run is stored",
    run: async (world) => assert.equal(await world.service("Runs").large(2_000_000), 2_000_000),
  },
  {
    name: "a run that was done is not done again",
    run: async (world) => {
      const topic = world.unique();
      assert.deepEqual(await world.service("Runs").steps({ topic, count: 4 }), [1, 1, 1, 1]);
      const attempts = world.endpoint.notes(`${topic}/attempt`).length;
      if (world.isWaitingInPlace) assert.equal(attempts, 5);
      else assert.ok(attempts >= 5);
    },
  },
  {
    name: "a failing run is retried",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Runs").retried({ topic, failures: 3 }), 4);
      assert.equal(world.endpoint.notes(topic).length, 4);
      assert.equal(await world.service("Runs").retriedByPolicy({ topic: world.unique(), failures: 2 }), 3);
    },
  },
  {
    name: "a run gives up after its last attempt, with a terminal error",
    run: async (world) => {
      const topic = world.unique();
      const result = await world.service("Runs").givesUp({ topic, attempts: 3 });
      assert.equal(world.endpoint.notes(topic).length, 3);
      assert.equal(result.code, 500);
      assert.match(result.message, /attempt 3/);
    },
  },
  {
    name: "a run says when it wants to be tried again",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Runs").retryAfter({ topic, retryAfterMs: 600 }), 2);
      const [first, second] = world.endpoint.notes(topic);
      assert.ok(second - first >= 590, `${second - first} ms`);
    },
  },
  {
    name: "a terminal failure in a run is recorded, and thrown again on replay",
    run: async (world) => {
      const topic = world.unique();
      const failure = await failureOf(world.service("Runs").terminal(topic));
      assert.deepEqual([failure.code, failure.message], [433, "caught: in a run (433)"]);
      assert.equal(world.endpoint.notes(topic).length, 1);
    },
  },
  {
    name: "a run gives up when its time is over",
    run: async (world) => {
      const topic = world.unique();
      const [isTerminal, message] = await world.service("Runs").byDuration(topic);
      assert.equal(isTerminal, true);
      assert.match(message, /always/);
      assert.ok(world.endpoint.notes(topic).length > 1);
    },
  },
  {
    name: "an error wrapped for later is tried again then",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Runs").wrapped(topic), "done");
      const [first, second] = world.endpoint.notes(topic);
      assert.ok(second - first >= 290, `${second - first} ms`);
    },
  },
  {
    name: "a run's result is what its serde makes of it",
    run: async (world) => assert.equal(await world.service("Runs").serdes(), "TEXT"),
  },
  {
    name: "errors are what they are called",
    run: async (world) => {
      const other = { metadata: null, retryAfter: null, kinds: [true, true, false] };
      const terminal = { metadata: {}, retryAfter: null, kinds: [true, true, true] };
      assert.deepEqual(await world.service("Runs").errors(), [
        { ...other, name: "RestateError", message: "a", code: 460 },
        { ...terminal, name: "TerminalError", message: "b", code: 500 },
        { ...terminal, name: "TerminalError", message: "c", code: 461, metadata: { d: "e" } },
        { ...terminal, name: "TimeoutError", message: "Timeout occurred", code: 408 },
        { ...terminal, name: "CancelledError", message: "Cancelled", code: 409 },
        { ...other, name: "RetryableError", message: "f", code: 462, retryAfter: 5 },
        { ...other, name: "RetryableError", message: "cause", code: 500, retryAfter: { seconds: 1 } },
        { ...other, name: "PauseError", message: "g", code: 463 },
      ]);
    },
  },
  {
    name: "a run that gives up fails with the message of the last error, and code 500",
    run: async (world) =>
      assert.deepEqual(await world.service("Runs").givesUpWithCode(), [
        [500, "a", {}],
        [500, "b", {}],
        [500, "c", {}],
        [500, "d", {}],
      ]),
  },
  {
    name: "random values and the clock are the same in every attempt",
    run: async (world) => {
      const topic = world.unique();
      const values = await world.service("Deterministic").values(topic);
      const attempts = world.endpoint.notes(topic);
      assert.equal(attempts.length, 3);
      for (const attempt of attempts) assert.deepEqual(attempt, values);
      const [random, uuid, now, json, other] = values;
      assert.ok(random >= 0 && random < 1 && other !== random);
      assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.ok(Math.abs(Date.now() - now) < 60_000);
      assert.ok(Math.abs(Date.now() - Date.parse(json)) < 60_000);
    },
  },
  {
    name: "code that does not fit its journal is tried again, until it fits",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Deterministic").changes(topic), 3);
      assert.equal(world.endpoint.notes(topic).length, 3);
    },
  },
  {
    name: "code that never fits its journal fails with what is wrong",
    run: async (world) => {
      const topic = world.unique();
      const failure = await failureOf(world.service("Deterministic").staysWrong(topic));
      assert.equal(failure.code, JOURNAL_MISMATCH);
      for (const command of [/run/i, /sleep/i]) assert.match(failure.message, command);
    },
  },
  {
    name: "code that does not fit its journal can be told to pause",
    needs: ({ protocol }) => protocol >= 7,
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const result = world.service("Deterministic").pausesOnMismatch({ topic, gate });
      const [id] = await world.endpoint.noted(topic, 2);
      await setTimeout(LONGER_THAN_A_RETRY_MS);
      assert.equal(world.endpoint.notes(topic).length, 2);
      world.endpoint.open(gate);
      assert.equal(await world.resumed(id, result), "fits again");
    },
  },
  {
    name: "code that does not fit its journal can be told to fail at once",
    needs: ({ protocol }) => protocol >= 7,
    run: async (world) => {
      const topic = world.unique();
      const failure = await failureOf(world.service("Deterministic").failsOnMismatch(topic));
      assert.equal(world.endpoint.notes(topic).length, 2);
      assert.equal(failure.code, JOURNAL_MISMATCH);
      for (const command of [/run/i, /sleep/i]) assert.match(failure.message, command);
    },
  },
];
