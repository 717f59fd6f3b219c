import assert from "node:assert/strict";
import { test } from "node:test";
import type { Measurement } from "../measurement.js";
import { median, summarize } from "./summary.js";

const MEASUREMENT: Measurement = {
  workload: "noop",
  peer: "pawl+pawl",
  concurrency: 64,
  perSecond: 1000,
  latencyMs: { p50: 1, p90: 2, p99: 3, max: 4 },
  requests: 5000,
  requestsInAll: 6000,
  drainMs: 0,
  cpuMs: { server: 500, endpoint: 250, load: 50 },
  serverRssBytes: 1e8,
  windowUs: { from: 0, to: 5e6 },
  errors: 0,
  errorSamples: [],
  dataBytes: 1e6,
  dataBytesPerRequest: 100,
};

test("medians", () => {
  assert.equal(median([3]), 3);
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([1, 2, 3, 10]), 2.5);
  assert.equal(median([]), 0);
});

test("repetitions become one summary, the CPU is per request", () => {
  const [summary, other, ...more] = summarize([
    MEASUREMENT,
    { ...MEASUREMENT, perSecond: 3000, cpuMs: { server: 900, endpoint: 250, load: 50 } },
    { ...MEASUREMENT, perSecond: 2000, errors: 1, errorSamples: ["wrong"] },
    { ...MEASUREMENT, concurrency: 1 },
  ]);
  assert.equal(more.length, 0);
  assert.equal(summary?.perSecond, 2000);
  assert.deepEqual([summary?.slowest, summary?.fastest], [1000, 3000]);
  assert.equal(summary?.serverCpu, 100);
  assert.equal(summary?.endpointCpu, 50);
  assert.equal(summary?.loadCpu, 10);
  assert.equal(summary?.errors, 1);
  assert.equal(summary?.errorSample, "wrong");
  assert.equal(other?.concurrency, 1);
  assert.equal(other?.repetitions, 1);
});

test("the baseline has no endpoint and no data", () => {
  const [summary] = summarize([
    { ...MEASUREMENT, peer: "baseline", dataBytes: null, dataBytesPerRequest: null },
  ]);
  assert.equal(summary?.endpointCpu, null);
  assert.equal(summary?.dataBytes, null);
});
