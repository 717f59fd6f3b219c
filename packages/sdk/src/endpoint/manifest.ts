import {
  type EndpointManifest,
  type HandlerManifest,
  type InputManifest,
  MAX_SERVICE_PROTOCOL_VERSION,
  type ManifestOptions,
  MIN_SERVICE_PROTOCOL_VERSION,
  type OutputManifest,
  type ServiceManifest,
} from "@pawl/protocol";
import type { Handler } from "../definitions/handler.js";
import type { ObjectOptions } from "../definitions/options.js";
import type { BoundService } from "../definitions/service.js";
import { type Duration, toMillis } from "../duration.js";
import { SchemaSerde } from "../serde/schema-serde.js";
import type { Serde } from "../serde.js";
import { previewMetadata, previewsOf } from "./serde-previews.js";

/** What the endpoint tells the server about its services; everything but the mode, which depends on the transport. */
export function toManifest(
  services: Iterable<BoundService>,
  defaultSerdeOf: (service: BoundService, handler: Handler) => Serde<unknown>,
): EndpointManifest {
  return {
    minProtocolVersion: MIN_SERVICE_PROTOCOL_VERSION,
    maxProtocolVersion: MAX_SERVICE_PROTOCOL_VERSION,
    services: Array.from(services, (service) => toServiceManifest(service, defaultSerdeOf)),
  };
}

function toServiceManifest(
  service: BoundService,
  defaultSerdeOf: (service: BoundService, handler: Handler) => Serde<unknown>,
): ServiceManifest {
  const { name, type, description, options } = service;
  const metadata = withPreviews(service.metadata, previewMetadata(previewsOf(service, defaultSerdeOf)));
  const handlers = Array.from(service.handlers, ([handlerName, handler]) =>
    toHandlerManifest(service, handlerName, handler, defaultSerdeOf(service, handler)),
  );
  return { name, ty: type, handlers, ...describe(description, metadata), ...toOptions(options) };
}

function toHandlerManifest(
  service: BoundService,
  name: string,
  handler: Handler,
  defaultSerde: Serde<unknown>,
): HandlerManifest {
  const { kind, options } = handler;
  const { workflowRetention } = service.options;
  return {
    name,
    ...(service.type === "SERVICE" ? {} : { ty: handlerTypes[kind] }),
    input: toInput(options.input ?? defaultSerde, options.accept),
    output: toOutput(options.output ?? defaultSerde, options.setOutputContentTypeIfEmpty ?? false),
    ...describe(options.description, options.metadata),
    ...toOptions(options),
    ...(kind === "workflow" &&
      workflowRetention !== undefined && {
        workflowCompletionRetention: toMillis(workflowRetention, "The option workflowRetention"),
      }),
  };
}

const handlerTypes = {
  service: "SHARED",
  exclusive: "EXCLUSIVE",
  shared: "SHARED",
  workflow: "WORKFLOW",
} as const;

function toInput(serde: Serde<unknown>, accept: string | undefined): InputManifest {
  const contentType = accept ?? serde.contentType;
  const jsonSchema = serde instanceof SchemaSerde ? serde.inputJsonSchema : serde.jsonSchema;
  if (contentType === undefined && jsonSchema === undefined) return {};
  return {
    required: false,
    ...(contentType !== undefined && { contentType }),
    ...(jsonSchema !== undefined && { jsonSchema }),
  };
}

function toOutput(serde: Serde<unknown>, setContentTypeIfEmpty: boolean): OutputManifest {
  const { jsonSchema } = serde;
  const contentType = serde.contentType ?? (jsonSchema === undefined ? undefined : "application/json");
  return {
    setContentTypeIfEmpty,
    ...(contentType !== undefined && { contentType }),
    ...(jsonSchema !== undefined && { jsonSchema }),
  };
}

function withPreviews(
  metadata: Readonly<Record<string, string>> | undefined,
  previews: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  return Object.keys(previews).length === 0 ? metadata : { ...metadata, ...previews };
}

function describe(
  documentation: string | undefined,
  metadata: Readonly<Record<string, string>> | undefined,
): ManifestOptions {
  return {
    ...(documentation !== undefined && { documentation }),
    ...(metadata !== undefined && { metadata }),
  };
}

function toOptions(options: ObjectOptions): ManifestOptions {
  const { retryPolicy, enableLazyState, ingressPrivate } = options;
  return {
    ...millis("inactivityTimeout", options.inactivityTimeout),
    ...millis("abortTimeout", options.abortTimeout),
    ...millis("journalRetention", options.journalRetention),
    ...millis("idempotencyRetention", options.idempotencyRetention),
    ...(enableLazyState !== undefined && { enableLazyState }),
    ...(ingressPrivate !== undefined && { ingressPrivate }),
    ...millis("retryPolicyInitialInterval", retryPolicy?.initialInterval),
    ...millis("retryPolicyMaxInterval", retryPolicy?.maxInterval),
    ...(retryPolicy?.maxAttempts !== undefined && { retryPolicyMaxAttempts: retryPolicy.maxAttempts }),
    ...(retryPolicy?.exponentiationFactor !== undefined && {
      retryPolicyExponentiationFactor: retryPolicy.exponentiationFactor,
    }),
    ...(retryPolicy?.onMaxAttempts !== undefined && {
      retryPolicyOnMaxAttempts: retryPolicy.onMaxAttempts === "kill" ? "KILL" : "PAUSE",
    }),
  };
}

function millis<K extends string>(name: K, duration: Duration | number | undefined): { [P in K]?: number } {
  return duration === undefined
    ? {}
    : ({ [name]: toMillis(duration, `The option ${name}`) } as { [P in K]: number });
}
