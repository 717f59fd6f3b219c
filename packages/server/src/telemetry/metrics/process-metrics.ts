import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { MetricsRegistry } from "./registry.js";

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;
const LAG_RESOLUTION_MS = 10;
const QUANTILES = [50, 90, 99] as const;

/** Of this process: processor, memory, files, and how late the event loop is. @returns stops measuring */
export function addProcessMetrics(registry: MetricsRegistry): () => void {
  registry.observedCounter("process_cpu_seconds_total", "Processor time, of users and system", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROSECONDS;
  });
  const startedAt = Date.now() / 1000 - process.uptime();
  registry.gauge("process_start_time_seconds", "When the process began, unix seconds", () => startedAt);
  registry.gauge("process_resident_memory_bytes", "Memory in use", () => process.memoryUsage.rss());
  if (process.platform === "linux") {
    registry.gauge("process_open_fds", "Open files and sockets", () => readdirSync("/proc/self/fd").length);
  }
  registry.gauge("nodejs_heap_size_total_bytes", "JavaScript's heap", () => process.memoryUsage().heapTotal);
  registry.gauge("nodejs_heap_size_used_bytes", "Of it in use", () => process.memoryUsage().heapUsed);
  registry.gauge(
    "nodejs_external_memory_bytes",
    "Buffers and other memory outside the heap",
    () => process.memoryUsage().external,
  );
  return addLag(registry);
}

/** The waits are measured by a timer: what is beyond its interval is lag. Since the last scrape. */
function addLag(registry: MetricsRegistry): () => void {
  const delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  delay.enable();
  const seconds = (nanoseconds: number): number =>
    // Nothing was measured yet.
    delay.count === 0 ? 0 : Math.max(nanoseconds / NANOSECONDS - LAG_RESOLUTION_MS / 1000, 0);
  const name = "nodejs_eventloop_lag";
  const since = "How late the event loop was since the last scrape";
  for (const quantile of QUANTILES) {
    registry.gauge(`${name}_p${quantile}_seconds`, `${since}: percentile ${quantile}`, () =>
      seconds(delay.percentile(quantile)),
    );
  }
  registry.gauge(`${name}_mean_seconds`, `${since}: mean`, () => seconds(delay.mean));
  registry.gauge(`${name}_max_seconds`, `${since}: at most`, () => {
    const max = seconds(delay.max);
    // The last of them that is read.
    delay.reset();
    return max;
  });
  return () => delay.disable();
}
