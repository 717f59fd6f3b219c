import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricsByHandler } from "./handler-metrics.js";
import { addProcessMetrics } from "./process-metrics.js";
import { MetricsRegistry } from "./registry.js";

test("what was counted stands in the text, in families, whatever the labels have in them", () => {
  const registry = new MetricsRegistry();
  const strange = registry.counter("hits_total", "Hits", { of: 'a "quoted"\\ \n value', and: "more" });
  registry.gauge("depth", "Depth", () => 2.5);
  const plain = registry.counter("hits_total", "Hits", { of: "b" });
  strange.value += 3;
  plain.value++;
  assert.equal(
    registry.expose(),
    [
      "# HELP hits_total Hits",
      "# TYPE hits_total counter",
      'hits_total{of="a \\"quoted\\"\\\\ \\n value",and="more"} 3',
      'hits_total{of="b"} 1',
      "# HELP depth Depth",
      "# TYPE depth gauge",
      "depth 2.5",
      "",
    ].join("\n"),
  );
});

test("a histogram counts into the buckets that hold the value, bounds included", () => {
  const registry = new MetricsRegistry();
  const histogram = registry.histogram("took_seconds", "Took", [0.25, 1], { a: "b" });
  for (const value of [0.125, 0.25, 0.5, 7]) histogram.observe(value);
  assert.equal(
    registry.expose(),
    [
      "# HELP took_seconds Took",
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{a="b",le="0.25"} 2',
      'took_seconds_bucket{a="b",le="1"} 3',
      'took_seconds_bucket{a="b",le="+Inf"} 4',
      'took_seconds_sum{a="b"} 7.875',
      'took_seconds_count{a="b"} 4',
      "",
    ].join("\n"),
  );
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
    const text = registry.expose();
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "process_start_time_seconds",
      "nodejs_heap_size_used_bytes",
      "nodejs_eventloop_lag_p99_seconds",
    ]) {
      assert.match(text, new RegExp(`^${name} [0-9.]+(?:e[+-]\\d+)?$`, "m"));
    }
  } finally {
    stop();
  }
});
