import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { RetryPolicy } from "../partition/model.js";
import { contractOf } from "../protobuf/contracts.js";
import { routerContract } from "../protobuf/router.js";
import { unknownHandler, unknownService } from "../registry/errors.js";
import type { Registrar } from "../registry/registrar.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { HandlerOptions, ResolvedService } from "../registry/schema.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { durationField, readBody } from "./request.js";
import { resource } from "./resource.js";
import { handlerMetadata, handlersMetadata, serviceMetadata } from "./service-shapes.js";

/** As in the configuration of the server's default. */
const MAX_EXPONENTIATION_FACTOR = 1_000;
const MAX_ATTEMPTS = 1_000_000_000;

/** Pawl's own addition. */
const retryPolicyField = z.strictObject({
  initial_interval: durationField.nullish(),
  exponentiation_factor: z.number().min(1).max(MAX_EXPONENTIATION_FACTOR).nullish(),
  max_interval: durationField.nullish(),
  max_attempts: z.union([z.int().min(1).max(MAX_ATTEMPTS), z.literal("unlimited")]).nullish(),
  on_max_attempts: z.enum(["Pause", "Kill"]).nullish(),
});

export const modifyHandlerRequest = z
  .strictObject({ retry_policy: retryPolicyField.nullish() })
  .register(components, { id: "ModifyHandlerRequest" });

/** A null stands for "no change". */
export const modifyRequest = z
  .object({
    public: z.boolean().nullish().describe("Whether the ingress lets callers in"),
    idempotency_retention: durationField.nullish(),
    workflow_completion_retention: durationField.nullish(),
    journal_retention: durationField.nullish(),
    inactivity_timeout: durationField.nullish(),
    abort_timeout: durationField.nullish(),
    retry_policy: retryPolicyField.nullish(),
  })
  .register(components, { id: "ModifyServiceRequest" });

export function addServices(app: Hono, registry: SchemaRegistry, registrar: Registrar): void {
  resource(app, "/services", {
    GET: (c) => c.json({ services: registry.services().map(serviceMetadata) }),
  });
  resource(app, "/services/:service", {
    GET: (c) => c.json(serviceMetadata(findService(c, registry))),
    PATCH: async (c) => {
      const { schema } = findService(c, registry);
      await registrar.override(schema.name, toOptions(await readBody(c, modifyRequest)));
      return c.json(serviceMetadata(findService(c, registry)));
    },
  });
  resource(app, "/services/:service/descriptors", {
    GET: (c) =>
      c.body(descriptors(findService(c, registry)), 200, { "content-type": "application/x-protobuf" }),
  });
  resource(app, "/services/:service/handlers", {
    GET: (c) => c.json({ handlers: handlersMetadata(findService(c, registry)) }),
  });
  resource(app, "/services/:service/handlers/:handler", {
    GET: (c) => c.json(describeHandler(c, registry)),
    PATCH: async (c) => {
      const { schema } = findService(c, registry);
      const { retry_policy } = await readBody(c, modifyHandlerRequest);
      await registrar.overrideHandler(
        schema.name,
        c.req.param("handler") ?? "",
        given({ retryPolicy: toRetryPolicy(retry_policy) }),
      );
      return c.json(describeHandler(c, registry));
    },
  });
}

function describeHandler(c: Context, registry: SchemaRegistry): object {
  const service = findService(c, registry);
  const name = c.req.param("handler") ?? "";
  const schema = service.schema.handlers.find((handler) => handler.name === name);
  const resolved = service.handlers.get(name);
  if (schema === undefined || resolved === undefined) throw unknownHandler(service.schema.name, name);
  return handlerMetadata(schema, resolved);
}

/** A FileDescriptorSet, imports first. Source: the documents of 2023, docs/compatibility.md. */
function descriptors({ schema }: ResolvedService): Uint8Array<ArrayBuffer> {
  const contract = contractOf(schema) ?? routerContract(schema);
  if (contract === undefined) {
    throw new AdminError(404, `The service '${schema.name}' has no protobuf descriptors`);
  }
  const set = create(FileDescriptorSetSchema, { file: [...contract.files] });
  return new Uint8Array(toBinary(FileDescriptorSetSchema, set));
}

export function findService(c: Context, registry: SchemaRegistry): ResolvedService {
  const name = c.req.param("service") ?? "";
  const service = registry.service(name);
  if (service === undefined) throw unknownService(name);
  return service;
}

function toOptions(request: z.infer<typeof modifyRequest>): HandlerOptions {
  return given({
    isPublic: request.public,
    idempotencyRetentionMs: request.idempotency_retention,
    workflowCompletionRetentionMs: request.workflow_completion_retention,
    journalRetentionMs: request.journal_retention,
    inactivityTimeoutMs: request.inactivity_timeout,
    abortTimeoutMs: request.abort_timeout,
    retryPolicy: toRetryPolicy(request.retry_policy),
  });
}

function toRetryPolicy(
  request: z.infer<typeof retryPolicyField> | null | undefined,
): Partial<RetryPolicy> | undefined {
  if (request === null || request === undefined) return undefined;
  const { max_attempts: attempts, on_max_attempts: end } = request;
  return {
    ...given({
      initialIntervalMs: request.initial_interval,
      exponentiationFactor: request.exponentiation_factor,
      maxIntervalMs: request.max_interval,
      onMaxAttempts: end && (end === "Kill" ? ("kill" as const) : ("pause" as const)),
    }),
    // null is without end.
    ...(attempts !== null &&
      attempts !== undefined && {
        maxAttempts: attempts === "unlimited" ? null : attempts,
      }),
  };
}

/** Without what nobody gave. */
function given<T extends object>(options: T): { readonly [N in keyof T]?: NonNullable<T[N]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as { readonly [N in keyof T]?: NonNullable<T[N]> };
}
