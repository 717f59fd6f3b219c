import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulationOptions, simulate } from "./simulation.js";

/** Schedules per scenario in the ordinary run. `TEST_SIMULATIONS=100000` runs more, `TEST_SEED=n` just one. */
const SCHEDULES = Number(process.env.TEST_SIMULATIONS ?? 500);
const FIRST_SEED = 1;

/** More than a schedule has. */
const MANY = 10_000;

const SCENARIOS: Record<string, Omit<SimulationOptions, "seed">> = {
  "crashes at any moment": {
    requests: 12,
    partitions: 1,
    crashChance: 0.02,
    attemptFailureChance: 0.1,
    killChance: 0,
    operatorChance: 0,
    inMemory: MANY,
  },
  "several partitions": {
    requests: 12,
    partitions: 3,
    crashChance: 0.02,
    attemptFailureChance: 0.1,
    killChance: 0,
    operatorChance: 0,
    inMemory: MANY,
  },
  "many clients, no crash": {
    requests: 30,
    partitions: 2,
    crashChance: 0,
    attemptFailureChance: 0.02,
    killChance: 0,
    operatorChance: 0,
    inMemory: MANY,
  },
  "kills between crashes": {
    requests: 15,
    partitions: 2,
    crashChance: 0.02,
    attemptFailureChance: 0.1,
    killChance: 0.15,
    operatorChance: 0,
    inMemory: MANY,
  },
  "operators between crashes": {
    requests: 20,
    partitions: 2,
    crashChance: 0.02,
    attemptFailureChance: 0.1,
    killChance: 0,
    operatorChance: 0.5,
    inMemory: MANY,
  },
  "little memory": {
    requests: 30,
    partitions: 2,
    crashChance: 0.01,
    attemptFailureChance: 0.05,
    killChance: 0.03,
    operatorChance: 0.2,
    inMemory: 2,
  },
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  test(`${name}: ${SCHEDULES} schedules keep every promise`, async () => {
    const only = process.env.TEST_SEED;
    const seeds = only === undefined ? SCHEDULES : 1;
    let crashes = 0;
    let invocations = 0;
    for (let i = 0; i < seeds; i++) {
      const seed = only === undefined ? FIRST_SEED + i : Number(only);
      const result = await simulate({ ...scenario, seed });
      crashes += result.crashes;
      invocations += result.invocations;
      assert.deepEqual(result.violations, [], `seed ${seed} (run again with TEST_SEED=${seed})`);
    }
    assert.ok(invocations > seeds, "the schedules did some work");
    if (scenario.crashChance > 0 && seeds > 100) assert.ok(crashes > seeds, "the schedules had crashes");
  });
}
