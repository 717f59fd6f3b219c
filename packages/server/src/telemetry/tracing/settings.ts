import { ConfigError } from "../../config/config-error.js";
import type { Environment } from "../../config/environment.js";
import { SAMPLERS, type SamplerName } from "./sampler.js";

/** How spans leave. Headers, timeouts, compression and batches are read from the environment by the exporter itself. */
export interface TracingSettings {
  /** null: what OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT say. */
  readonly url: string | null;
  readonly protocol: "http/protobuf" | "http/json";
  readonly sampler: SamplerName;
  readonly ratio: number;
  /** null: spans have the name of the service that they are about. */
  readonly serviceName: string | null;
}

const TRACES_PATH = "/v1/traces";
const PROTOCOLS = ["http/protobuf", "http/json"] as const;

/**
 * Settings from `tracing-endpoint` and the environment variables of OpenTelemetry's specification.
 * @returns null when there is nowhere to send spans to, or they are switched off
 * @throws ConfigError for a protocol or sampler that there is not
 */
export function tracingSettings(endpoint: string | null, env: Environment): TracingSettings | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none") return null;
  const isInEnvironment = [env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, env.OTEL_EXPORTER_OTLP_ENDPOINT].some(
    (url) => url !== undefined && url.trim() !== "",
  );
  if (endpoint === null && !isInEnvironment) return null;
  return {
    url: endpoint === null ? null : withPath(endpoint),
    protocol: protocolOf(env),
    sampler: samplerOf(env),
    ratio: ratioOf(env),
    serviceName: serviceNameOf(env),
  };
}

function withPath(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") url.pathname = TRACES_PATH;
  return url.href;
}

function protocolOf(env: Environment): TracingSettings["protocol"] {
  const name = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ? "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL" : OTLP_PROTOCOL;
  return oneOf(PROTOCOLS, name, env[name] || "http/protobuf");
}

const OTLP_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";

function samplerOf(env: Environment): SamplerName {
  return oneOf(SAMPLERS, "OTEL_TRACES_SAMPLER", env.OTEL_TRACES_SAMPLER || "parentbased_always_on");
}

function ratioOf(env: Environment): number {
  const text = env.OTEL_TRACES_SAMPLER_ARG || "1";
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw wrong("OTEL_TRACES_SAMPLER_ARG", text, "a number from 0 to 1");
}

/** OTEL_SERVICE_NAME wins over `service.name` in OTEL_RESOURCE_ATTRIBUTES (OpenTelemetry's specification). */
function serviceNameOf(env: Environment): string | null {
  if (env.OTEL_SERVICE_NAME) return env.OTEL_SERVICE_NAME;
  const match = /(?:^|,)\s*service\.name\s*=\s*([^,]+)/.exec(env.OTEL_RESOURCE_ATTRIBUTES ?? "");
  return match === null ? null : decodeURIComponent((match[1] as string).trim());
}

function oneOf<const T extends string>(all: readonly T[], name: string, value: string): T {
  const found = all.find((one) => one === value);
  if (found !== undefined) return found;
  throw wrong(name, value, `one of ${all.map((one) => `"${one}"`).join(", ")}`);
}

function wrong(name: string, value: string, expected: string): ConfigError {
  return new ConfigError([
    {
      key: "tracing-endpoint",
      source: `environment variable ${name}`,
      problem: `${JSON.stringify(value)} is not right; expected ${expected}`,
    },
  ]);
}
