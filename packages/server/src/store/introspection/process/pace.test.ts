import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Pace } from "./pace.js";

describe("the pace of queries", () => {
  let now = 1_000;
  const pace = (): Pace => new Pace(5_000, () => now);

  test("on an idle server one follows the other", () => {
    const idle = pace();
    assert.equal(idle.restMs, 0);
    idle.took(500, 0);
    assert.equal(idle.restMs, 0);
  });

  test("on a half-busy one they take a sixteenth of a core", () => {
    const busy = pace();
    busy.took(100, 0.5);
    assert.equal(Math.round(busy.restMs), 1_500);
    now += 1_400;
    assert.equal(Math.round(busy.restMs), 100);
    now += 200;
    assert.equal(busy.restMs, 0);
  });

  test("two at a time rest for both", () => {
    const both = pace();
    both.took(100, 0.5);
    both.took(100, 0.5);
    assert.equal(Math.round(both.restMs), 3_000);
  });

  test("a server without any idle time still answers, a fiftieth of the time, and within its limit", () => {
    const saturated = pace();
    saturated.took(10, 1);
    assert.equal(Math.round(saturated.restMs), 490);
    saturated.took(60_000, 1);
    assert.equal(saturated.restMs, 5_000);
  });
});
