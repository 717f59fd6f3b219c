import assert from "node:assert/strict";
import { test } from "node:test";
import { tracingSettings } from "./settings.js";

const ENDPOINT = "http://127.0.0.1:4318/";

test("nothing is traced without a collector, or where tracing is switched off", () => {
  assert.equal(tracingSettings(null, {}), null);
  assert.equal(tracingSettings(null, { OTEL_EXPORTER_OTLP_ENDPOINT: " " }), null);
  assert.equal(tracingSettings(ENDPOINT, { OTEL_SDK_DISABLED: "true" }), null);
  assert.equal(tracingSettings(ENDPOINT, { OTEL_TRACES_EXPORTER: "none" }), null);
});

test("the setting names the collector, or a path of it; else the variables do", () => {
  assert.equal(tracingSettings(ENDPOINT, {})?.url, "http://127.0.0.1:4318/v1/traces");
  assert.equal(tracingSettings("http://c/otlp", {})?.url, "http://c/otlp");
  assert.equal(tracingSettings(null, { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT })?.url, null);
  assert.equal(tracingSettings(null, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT })?.url, null);
});

test("the variables of OpenTelemetry mean what its specification says", () => {
  assert.deepEqual(tracingSettings(ENDPOINT, {}), {
    url: "http://127.0.0.1:4318/v1/traces",
    protocol: "http/protobuf",
    sampler: "parentbased_always_on",
    ratio: 1,
    serviceName: null,
  });
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
    OTEL_TRACES_SAMPLER: "traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
    OTEL_RESOURCE_ATTRIBUTES: "a=b, service.name=my%20server,c=d",
  };
  assert.deepEqual(tracingSettings(ENDPOINT, env), {
    url: "http://127.0.0.1:4318/v1/traces",
    protocol: "http/json",
    sampler: "traceidratio",
    ratio: 0.25,
    serviceName: "my server",
  });
  assert.equal(tracingSettings(ENDPOINT, { ...env, OTEL_SERVICE_NAME: "other" })?.serviceName, "other");
});

for (const [name, value, expected] of [
  [
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "grpc",
    /"grpc" is not right; expected one of "http\/protobuf", "http\/json"/,
  ],
  ["OTEL_TRACES_SAMPLER", "jaeger_remote", /"jaeger_remote" is not right; expected one of "always_on"/],
  ["OTEL_TRACES_SAMPLER_ARG", "2", /"2" is not right; expected a number from 0 to 1/],
] as const) {
  test(`${name}=${value} is refused, by name`, () => {
    assert.throws(() => tracingSettings(ENDPOINT, { [name]: value }), {
      name: "ConfigError",
      message: new RegExp(`${name}.*${expected.source}`),
    });
  });
}
