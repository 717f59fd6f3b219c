import type { QueueLengths } from "../../node/node.js";
import { MetricsByHandler } from "./handler-metrics.js";
import type { Histogram } from "./metric.js";
import type { MetricsRegistry } from "./registry.js";

/** Seconds: SQLite on a good disk takes some 100 µs, on a cloud disk milliseconds. */
const COMMIT_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const COMMIT_ROWS = [1, 4, 16, 64, 256, 1024, 4096, 16384];

/** What the parts of the server count themselves. */
export class ServerMetrics {
  readonly handlers: MetricsByHandler;
  readonly commitSeconds: Histogram;
  readonly commitRows: Histogram;

  constructor(readonly registry: MetricsRegistry) {
    this.handlers = new MetricsByHandler(registry);
    this.commitSeconds = registry.histogram(
      "pawl_store_commit_duration_seconds",
      "From the hand-over of a batch to the store until it is durable",
      COMMIT_SECONDS,
    );
    this.commitRows = registry.histogram("pawl_store_commit_rows", "Rows that one batch wrote", COMMIT_ROWS);
  }
}

/** What is read at a scrape. */
export interface Gauges {
  /** Invocations that wait for a free slot, run, or wait for their key; timers in memory. */
  queueLengths(): QueueLengths;
  readonly concurrencyLimit: number;
  readonly partitions: number;
  /** null: it is not in files. */
  readonly storeBytes: (() => number) | null;
}

export function addGauges(registry: MetricsRegistry, gauges: Gauges): void {
  for (const queue of QUEUES) {
    registry.gauge("pawl_queue_length", "What waits or runs, in memory", () => gauges.queueLengths()[queue], {
      queue,
    });
  }
  registry.gauge(
    "restate_invoker_concurrency_limit",
    "Attempts that may run at a time",
    () => gauges.concurrencyLimit,
  );
  registry.gauge("restate_num_partitions", "Partitions of this node", () => gauges.partitions);
  if (gauges.storeBytes !== null)
    registry.gauge("pawl_store_size_bytes", "Files of the store", gauges.storeBytes);
}

export function addConnections(
  registry: MetricsRegistry,
  connections: { readonly created: number; readonly open: number },
): void {
  registry.gauge("pawl_ingress_connections", "Open connections to the ingress", () => connections.open);
  registry.observedCounter(
    "restate_ingress_http_connection_created_total",
    "Connections that were made to the ingress",
    () => connections.created,
  );
}

const QUEUES = ["ready", "running", "inbox", "timers"] as const;
