import assert from "node:assert/strict";
import { test } from "node:test";
import { Histogram } from "./histogram.js";

test("small values are exact", () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 200; value++) histogram.record(value);
  assert.equal(histogram.total, 200);
  assert.equal(histogram.percentile(0.5), 100);
  assert.equal(histogram.percentile(0.99), 198);
  assert.equal(histogram.percentile(1), 200);
  assert.equal(histogram.percentile(0), 1);
});

test("large values are off by less than one in 128", () => {
  for (const value of [255, 256, 257, 1000, 65_535, 65_536, 1_234_567, 2 ** 31, 2 ** 32 - 1]) {
    const histogram = new Histogram();
    histogram.record(value);
    histogram.record(2 ** 32 - 1);
    const found = histogram.percentile(0.5);
    assert.ok(found >= value && found < value * (1 + 1 / 128), `${value} became ${found}`);
  }
});

test("percentiles agree with sorted samples", () => {
  const histogram = new Histogram();
  const samples: number[] = [];
  let state = 42;
  for (let n = 0; n < 10_000; n++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const value = state % 10 === 0 ? state % 5_000_000 : state % 3_000;
    samples.push(value);
    histogram.record(value);
  }
  samples.sort((a, b) => a - b);
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
    const exact = samples[Math.ceil(share * samples.length) - 1]!;
    const found = histogram.percentile(share);
    assert.ok(found >= exact && found <= exact * (1 + 1 / 128) + 1, `p${share}: ${found} for ${exact}`);
  }
  assert.equal(histogram.max, samples.at(-1));
});

test("the maximum is exact, and values out of range are cut", () => {
  const histogram = new Histogram();
  assert.equal(histogram.percentile(0.5), 0);
  histogram.record(1_000_003);
  assert.equal(histogram.max, 1_000_003);
  assert.equal(histogram.percentile(0.99), 1_000_003);
  histogram.record(1e12);
  histogram.record(-5);
  assert.equal(histogram.max, 2 ** 32 - 1);
  assert.equal(histogram.percentile(0.1), 0);
});
