import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Context, Hono } from "hono";
import { z } from "zod";
import { contractOf } from "../protobuf/contracts.js";
import { routerContract } from "../protobuf/router.js";
import { unknownService } from "../registry/errors.js";
import type { Registrar } from "../registry/registrar.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { HandlerOptions, ResolvedService } from "../registry/schema.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { durationField, readBody } from "./request.js";
import { resource } from "./resource.js";
import { handlerMetadata, handlersMetadata, serviceMetadata } from "./service-shapes.js";

/** A null stands for "no change". */
export const modifyRequest = z
  .object({
    public: z.boolean().nullish().describe("Whether the ingress lets callers in"),
    idempotency_retention: durationField.nullish(),
    workflow_completion_retention: durationField.nullish(),
    journal_retention: durationField.nullish(),
    inactivity_timeout: durationField.nullish(),
    abort_timeout: durationField.nullish(),
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
    GET: (c) => {
      const service = findService(c, registry);
      const name = c.req.param("handler") ?? "";
      const schema = service.schema.handlers.find((handler) => handler.name === name);
      const resolved = service.handlers.get(name);
      if (schema === undefined || resolved === undefined) {
        throw new AdminError(
          404,
          `The requested handler '${name}' on service '${service.schema.name}' does not exist`,
        );
      }
      return c.json(handlerMetadata(schema, resolved));
    },
  });
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
  const options = {
    isPublic: request.public,
    idempotencyRetentionMs: request.idempotency_retention,
    workflowCompletionRetentionMs: request.workflow_completion_retention,
    journalRetentionMs: request.journal_retention,
    inactivityTimeoutMs: request.inactivity_timeout,
    abortTimeoutMs: request.abort_timeout,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given);
}
