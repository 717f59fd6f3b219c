import type { TraceContext } from "./trace-context.js";

/** Whether a trace is recorded. @param parent of the request that comes in, null: the trace begins here */
export type Sampler = (parent: TraceContext | null, traceId: string) => boolean;

/** Names of OTEL_TRACES_SAMPLER (OpenTelemetry's specification of environment variables). */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

const PARENT_BASED = "parentbased_";

/** @param ratio from 0 to 1, for the samplers that take one */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  if (name.startsWith(PARENT_BASED)) {
    const root = createSampler(name.slice(PARENT_BASED.length) as SamplerName, ratio);
    return (parent, traceId) => (parent === null ? root(null, traceId) : parent.isSampled);
  }
  switch (name) {
    case "always_on":
      return () => true;
    case "always_off":
      return () => false;
    default:
      return (_, traceId) => fractionOf(traceId) < ratio;
  }
}

const RANDOM_DIGITS = 13;

/** The end of a trace id is random (W3C Trace Context, level 2). So all who use the same ratio decide alike. */
function fractionOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) / 16 ** RANDOM_DIGITS;
}
