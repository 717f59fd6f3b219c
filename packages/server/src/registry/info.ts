import { formatDuration } from "../config/duration.js";
import type { ServerDefaults } from "./defaults.js";
import type { Deployment, HandlerOptions, SchemaInfo, ServiceSchema } from "./schema.js";

const DURATIONS = [
  ["idempotencyRetentionMs", "idempotency_retention"],
  ["workflowCompletionRetentionMs", "workflow_completion_retention"],
  ["journalRetentionMs", "journal_retention"],
  ["inactivityTimeoutMs", "inactivity_timeout"],
  ["abortTimeoutMs", "abort_timeout"],
] as const satisfies readonly (readonly [keyof HandlerOptions, string])[];

const MAXIMA = [
  ["idempotencyRetentionMs", "maxIdempotencyRetentionMs"],
  ["workflowCompletionRetentionMs", "maxWorkflowCompletionRetentionMs"],
  ["journalRetentionMs", "maxJournalRetentionMs"],
] as const satisfies readonly (readonly [keyof HandlerOptions, keyof ServerDefaults])[];

/** What somebody asked for and does not get. */
export function serviceInfo(
  deployment: Deployment,
  schema: ServiceSchema,
  overrides: HandlerOptions,
  defaults: ServerDefaults,
): readonly SchemaInfo[] {
  const speakers: readonly (readonly [string, HandlerOptions])[] = [
    ["service", schema],
    ["PATCH /services", overrides],
    ...schema.handlers.map((handler) => [`handler ${handler.name}`, handler] as const),
  ];
  return [
    ...speakers.flatMap(([who, options]) => ignoredTimeout(deployment, who, options)),
    ...speakers.flatMap(([who, options]) => clamped(who, options, defaults)),
    ...hidden(schema, overrides),
    ...hiddenPolicy(schema, overrides),
  ];
}

function ignoredTimeout(deployment: Deployment, who: string, options: HandlerOptions): SchemaInfo[] {
  const timeout = options.inactivityTimeoutMs;
  if (deployment.protocolType === "BidiStream" || timeout === undefined || timeout === 0) return [];
  const text = formatDuration(timeout);
  return [
    {
      code: "RT0021",
      message: `The inactivity_timeout ${text} of ${who} has no effect: the deployment answers request by request, and suspends at once.`,
    },
  ];
}

function clamped(who: string, options: HandlerOptions, defaults: ServerDefaults): SchemaInfo[] {
  return MAXIMA.flatMap(([name, maxName]) => {
    const value = options[name];
    const max = defaults[maxName];
    if (value === undefined || max === null || value <= max) return [];
    const message = `The ${nameOf(name)} ${formatDuration(value)} of ${who} is cut to the server's limit, ${formatDuration(max)}.`;
    return [{ code: "RT0022", message }];
  });
}

/** What a PATCH set hides what the service says; what a handler says hides what the PATCH set. */
function hidden(schema: ServiceSchema, overrides: HandlerOptions): SchemaInfo[] {
  return DURATIONS.flatMap(([name, field]) => {
    const value = overrides[name];
    if (value === undefined) return [];
    const set = `${field} ${formatDuration(value)} set by PATCH /services/${schema.name}`;
    const messages: string[] = [];
    const said = schema[name];
    if (said !== undefined && said !== value) {
      messages.push(`The ${set} hides the service's own ${formatDuration(said)}.`);
    }
    for (const handler of schema.handlers) {
      const own = handler[name];
      if (own === undefined || own === value) continue;
      messages.push(
        `The ${set} does not hold for handler ${handler.name}, which says ${formatDuration(own)}.`,
      );
    }
    return messages.map((message) => ({ message }));
  });
}

/** Handlers that say themselves what a PATCH of the service set for all. */
function hiddenPolicy(schema: ServiceSchema, overrides: HandlerOptions): SchemaInfo[] {
  const set = Object.keys(overrides.retryPolicy ?? {});
  return schema.handlers
    .filter(({ retryPolicy = {} }) => set.some((name) => name in retryPolicy))
    .map(({ name }) => ({
      message: `The retry_policy set by PATCH /services/${schema.name} does not hold, or not whole, for handler ${name}, which has its own. Change that with PATCH /services/${schema.name}/handlers/${name}.`,
    }));
}

function nameOf(name: (typeof MAXIMA)[number][0]): string {
  return DURATIONS.find(([other]) => other === name)?.[1] ?? name;
}
