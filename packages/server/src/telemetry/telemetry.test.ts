import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** In a process of its own. @returns how many files of OpenTelemetry it has loaded */
function loadedFiles(settings: Readonly<Record<string, string>>): number {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import Module from "node:module";
    import { loadConfig } from ${url("../index.js")};
    import { openTelemetry } from ${url("./telemetry.js")};
    const config = loadConfig({ env: ${JSON.stringify(settings)} });
    const telemetry = await openTelemetry(config, ${JSON.stringify(settings)});
    console.log(Object.keys(Module._cache).filter((path) => path.includes("@opentelemetry")).length);
    await telemetry.close();
  `;
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", env: {} }),
  );
}

test("OpenTelemetry is loaded where spans are exported, and nowhere else", () => {
  assert.equal(loadedFiles({}), 0);
  assert.equal(loadedFiles({ PAWL_TRACING_ENDPOINT: "http://127.0.0.1:9", OTEL_SDK_DISABLED: "true" }), 0);
  assert.ok(loadedFiles({ PAWL_TRACING_ENDPOINT: "http://127.0.0.1:9" }) > 0);
});
