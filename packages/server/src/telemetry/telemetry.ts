import { SERVER_VERSION } from "../admin/server-info.js";
import type { Config } from "../config/config.js";
import type { Environment } from "../config/environment.js";
import { type LogFilter, parseLogFilter } from "../config/log-filter.js";
import { createLoggers, type Loggers } from "./logger.js";
import { addProcessMetrics } from "./metrics/process-metrics.js";
import { MetricsRegistry } from "./metrics/registry.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { ServerObserver } from "./server-observer.js";
import { tracingSettings } from "./tracing/settings.js";
import { Tracing } from "./tracing/tracing.js";

/** What a server says about itself: log, metrics, traces. */
export interface Telemetry {
  readonly version: string;
  readonly loggers: Loggers;
  readonly metrics: ServerMetrics;
  /** null: nothing is traced. */
  readonly tracing: Tracing | null;
  readonly observer: ServerObserver;
  /** Sends the spans that are left. */
  close(): Promise<void>;
}

/**
 * @param env for the variables of OpenTelemetry, usually `process.env`
 * @throws ConfigError when those ask for what there is not
 */
export async function openTelemetry(config: Config, env: Environment): Promise<Telemetry> {
  const version = SERVER_VERSION;
  const { logLevel, logFormat: format, logPayloads } = config;
  const filter = parseLogFilter(config.logFilter ?? "", logLevel) as LogFilter;
  const loggers = createLoggers({ filter, format });
  const settings = tracingSettings(config.tracingEndpoint, env);
  const tracing = settings === null ? null : await Tracing.open(settings, version, loggers.tracing);
  const registry = new MetricsRegistry();
  const metrics = new ServerMetrics(registry);
  const stopMeasuring = addProcessMetrics(registry);
  return {
    version,
    loggers,
    metrics,
    tracing,
    observer: new ServerObserver({ loggers, metrics, tracing, logPayloads }),
    close: async () => {
      stopMeasuring();
      await tracing?.close();
    },
  };
}
