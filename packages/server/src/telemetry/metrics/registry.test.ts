import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExposition, valueOf } from "./exposition.test.kit.js";
import { MetricsByHandler } from "./handler-metrics.js";
import { addProcessMetrics } from "./process-metrics.js";
import { MetricsRegistry } from "./registry.js";

test("what was counted stands in the text, in families, whatever the labels have in them", () => {
  const registry = new MetricsRegistry();
  const strange = 'a "quoted"\\ \n value';
  const a = registry.counter("hits_total", "Hits", { of: strange });
  registry.gauge("depth", "Depth", () => 2.5);
  const b = registry.counter("hits_total", "Hits", { of: "b" });
  a.value += 3;
  b.value++;
  const samples = parseExposition(registry.expose());
  assert.equal(valueOf(samples, "hits_total", { of: strange }), 3);
  assert.equal(valueOf(samples, "hits_total", { of: "b" }), 1);
  assert.equal(valueOf(samples, "depth"), 2.5);
});

test("a histogram counts into the buckets that hold the value, bounds included", () => {
  const registry = new MetricsRegistry();
  const histogram = registry.histogram("took_seconds", "Took", [0.1, 1], { a: "b" });
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  const samples = parseExposition(registry.expose());
  const bucket = (le: string): number => valueOf(samples, "took_seconds_bucket", { le });
  assert.deepEqual([bucket("0.1"), bucket("1"), bucket("+Inf")], [2, 3, 4]);
  assert.equal(valueOf(samples, "took_seconds_count"), 4);
  assert.ok(Math.abs(valueOf(samples, "took_seconds_sum") - 7.65) < 1e-9);
});

test("handlers beyond the limit are counted together", () => {
  const metrics = new MetricsByHandler(new MetricsRegistry());
  assert.equal(metrics.of("a", "b"), metrics.of("a", "b"));
  assert.notEqual(metrics.of("a", "b"), metrics.of("a", "c"));
  for (let i = 0; i < 1_000; i++) metrics.of("many", `handler${i}`);
  assert.equal(metrics.of("one", "more"), metrics.others);
});

test("the process has its usual metrics", () => {
  const registry = new MetricsRegistry();
  const stop = addProcessMetrics(registry);
  try {
    const samples = parseExposition(registry.expose());
    assert.ok(valueOf(samples, "process_resident_memory_bytes") > 1_000_000);
    assert.ok(valueOf(samples, "process_cpu_seconds_total") > 0);
    assert.ok(valueOf(samples, "nodejs_eventloop_lag_p99_seconds") >= 0);
  } finally {
    stop();
  }
});
