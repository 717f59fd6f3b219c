import { z } from "zod";
import { formatDuration } from "../config/duration.js";
import type { RetryPolicy } from "../partition/model.js";
import { DESCRIPTORS_METADATA } from "../protobuf/descriptor-set.js";
import type {
  ContentRule,
  HandlerSchema,
  OutputRule,
  ResolvedHandler,
  ResolvedService,
  SchemaInfo,
} from "../registry/schema.js";
import { HandlerKind } from "../store/store.js";
import { components } from "./openapi/components.js";

/** JSON shapes of services and handlers. Source: Restate 1.7 as observed, docs/compatibility.md. Undefined fields are left away. */

const textMap = z.record(z.string(), z.string());
const durationText = z.string().describe("A duration such as `1d` or `1h 30m`");

export const schemaInfoSchema = z
  .object({ code: z.string().optional(), message: z.string() })
  .describe("Something to know: an option without effect, or with another one than asked for")
  .register(components, { id: "SchemaInfo" });

const retryPolicySchema = z
  .object({
    initial_interval: durationText.optional(),
    exponentiation_factor: z.number().optional(),
    max_attempts: z.uint32().nullish().describe("null: without end, or (of a handler) as the service says"),
    max_interval: durationText.optional(),
    on_max_attempts: z.enum(["Pause", "Kill"]).optional(),
  })
  .register(components, { id: "RetryPolicyMetadata" });

const options = {
  idempotency_retention: durationText.optional(),
  journal_retention: durationText.optional(),
  inactivity_timeout: durationText.optional(),
  abort_timeout: durationText.optional(),
  enable_lazy_state: z.boolean().optional(),
  retry_policy: retryPolicySchema,
};

export const handlerMetadataSchema = z
  .object({
    name: z.string(),
    ty: z.enum(["Exclusive", "Shared", "Workflow"]).optional(),
    documentation: z.string().optional(),
    metadata: textMap.optional(),
    ...options,
    public: z.boolean(),
    input_description: z.string(),
    output_description: z.string(),
    input_json_schema: z.unknown().optional(),
    output_json_schema: z.unknown().optional(),
  })
  .register(components, { id: "HandlerMetadata" });
export type HandlerMetadata = z.input<typeof handlerMetadataSchema>;

export const serviceMetadataSchema = z
  .object({
    name: z.string(),
    ty: z.enum(["Service", "VirtualObject", "Workflow"]),
    handlers: z.array(handlerMetadataSchema),
    documentation: z.string().optional(),
    metadata: textMap.optional(),
    deployment_id: z.string(),
    revision: z.uint32(),
    public: z.boolean(),
    ...options,
    workflow_completion_retention: durationText.optional(),
    info: z.array(schemaInfoSchema).optional(),
  })
  .register(components, { id: "ServiceMetadata" });
export type ServiceMetadata = z.input<typeof serviceMetadataSchema>;

export function serviceMetadata(service: ResolvedService): ServiceMetadata {
  const { schema } = service;
  return {
    name: schema.name,
    ty: schema.type,
    handlers: handlersMetadata(service),
    documentation: schema.documentation,
    metadata: unlessEmpty(withoutDescriptors(schema.metadata)),
    deployment_id: service.deploymentId,
    revision: schema.revision,
    public: service.isPublic,
    idempotency_retention: formatDuration(service.idempotencyRetentionMs),
    workflow_completion_retention:
      schema.type === "Workflow" ? formatDuration(service.workflowCompletionRetentionMs) : undefined,
    journal_retention: formatDuration(service.journalRetentionMs),
    inactivity_timeout: formatDuration(service.inactivityTimeoutMs),
    abort_timeout: formatDuration(service.abortTimeoutMs),
    enable_lazy_state: service.enableLazyState,
    retry_policy: retryPolicy(service.retryPolicy),
    info: unlessNone(service.info),
  };
}

/** Kilobytes of base64 that mean nothing to a reader: they have a path of their own. */
export function withoutDescriptors(
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { [DESCRIPTORS_METADATA]: _, ...shown } = metadata;
  return shown;
}

export function handlersMetadata(service: ResolvedService): HandlerMetadata[] {
  return service.schema.handlers.map((handler) =>
    handlerMetadata(handler, service.handlers.get(handler.name) as ResolvedHandler),
  );
}

/** A handler shows what it says itself; only `public` is what holds in the end. */
export function handlerMetadata(schema: HandlerSchema, resolved: ResolvedHandler): HandlerMetadata {
  return {
    name: schema.name,
    ty: HANDLER_TYPES[schema.kind],
    documentation: schema.documentation,
    metadata: unlessEmpty(schema.metadata),
    idempotency_retention: duration(schema.idempotencyRetentionMs),
    journal_retention: duration(schema.journalRetentionMs),
    inactivity_timeout: duration(schema.inactivityTimeoutMs),
    abort_timeout: duration(schema.abortTimeoutMs),
    enable_lazy_state: schema.enableLazyState,
    public: resolved.isPublic,
    input_description: describeInput(schema.input),
    output_description: describeOutput(schema.output),
    input_json_schema: schema.input?.jsonSchema,
    output_json_schema: schema.output?.jsonSchema,
    retry_policy: retryPolicy({ maxAttempts: null, ...schema.retryPolicy }),
  };
}

const HANDLER_TYPES: Record<HandlerKind, HandlerMetadata["ty"]> = {
  [HandlerKind.Service]: undefined,
  [HandlerKind.ObjectExclusive]: "Exclusive",
  [HandlerKind.ObjectShared]: "Shared",
  [HandlerKind.WorkflowRun]: "Workflow",
  [HandlerKind.WorkflowShared]: "Shared",
};

function retryPolicy(policy: Partial<RetryPolicy>): z.input<typeof retryPolicySchema> {
  return {
    initial_interval: duration(policy.initialIntervalMs),
    exponentiation_factor: policy.exponentiationFactor,
    max_attempts: policy.maxAttempts,
    max_interval: duration(policy.maxIntervalMs),
    on_max_attempts: policy.onMaxAttempts && (policy.onMaxAttempts === "kill" ? "Kill" : "Pause"),
  };
}

function describeInput(rule: ContentRule | null): string {
  if (rule === null) return "*/*";
  return rule.contentType === null ? "none" : describeContent(rule.contentType, rule.jsonSchema);
}

function describeOutput(rule: OutputRule | null): string {
  if (rule === null || rule.contentType === null) return "none";
  const content = describeContent(rule.contentType, rule.jsonSchema);
  return rule.setContentTypeIfEmpty ? `optional ${content}` : content;
}

/** The schema's title or type says more than the content type, if there is one. */
function describeContent(contentType: string, jsonSchema: unknown): string {
  if (typeof jsonSchema !== "object" || jsonSchema === null) return contentType;
  const { title, type } = jsonSchema as { readonly title?: unknown; readonly type?: unknown };
  if (typeof title === "string") return `JSON '${title}'`;
  return typeof type === "string" ? `JSON ${type}` : contentType;
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}

export function unlessEmpty(map: Readonly<Record<string, string>>): Record<string, string> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}

function unlessNone(info: readonly SchemaInfo[]): SchemaInfo[] | undefined {
  return info.length === 0 ? undefined : [...info];
}
