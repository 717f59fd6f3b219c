/** @pawl/sdk/opentelemetry: spans of attempts and runs. Needs the package @opentelemetry/api. */

export {
  type OpenTelemetryHookContext,
  type OpenTelemetryHookOptions,
  openTelemetryHook,
} from "./hook.js";
