import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterTally } from "./counter-tally.js";

function tally(...values: readonly number[]): CounterTally {
  const counters = new CounterTally(2);
  for (const value of values) assert.equal(counters.record(1, value), undefined);
  return counters;
}

test("each value once, in any order", () => {
  assert.equal(tally().verify(), undefined);
  assert.equal(tally(1, 2, 3).verify(), undefined);
  assert.equal(tally(3, 1, 2).verify(), undefined);
});

test("an increment that was lost, done twice or answered twice", () => {
  for (const values of [[1, 1], [1, 3], [2], [1, 2, 2], [1, 2, 4], [2, 2, 2], [1, 1, 4, 4]]) {
    assert.match(tally(...values).verify() ?? "", /counter 1/, values.join());
  }
});

test("what no counter can be", () => {
  for (const value of [0, -1, 1.5, Number.NaN]) {
    assert.match(new CounterTally(1).record(0, value) ?? "", /cannot be/);
  }
});
