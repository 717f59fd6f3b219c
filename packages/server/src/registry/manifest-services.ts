import type {
  EndpointManifest,
  HandlerManifest,
  InputManifest,
  ManifestOptions,
  OutputManifest,
  ServiceManifest,
} from "@pawl/protocol";
import type { RetryPolicy } from "../partition/model.js";
import { HandlerKind } from "../store/store.js";
import { RegistryError } from "./errors.js";
import type {
  ContentRule,
  HandlerOptions,
  HandlerSchema,
  OutputRule,
  ServiceSchema,
  ServiceType,
} from "./schema.js";

/** A service of a manifest, before it has a revision. */
export type DiscoveredService = Omit<ServiceSchema, "revision">;

const SERVICE_TYPES = {
  SERVICE: "Service",
  VIRTUAL_OBJECT: "VirtualObject",
  WORKFLOW: "Workflow",
} as const satisfies Record<ServiceManifest["ty"], ServiceType>;

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?$/;

/**
 * The services of a manifest that `parseManifest` took.
 * @throws RegistryError META0005 or META0013 where they break a rule that concerns more than one field
 */
export function toServices(manifest: EndpointManifest): readonly DiscoveredService[] {
  const names = new Set<string>();
  return manifest.services.map((service) => {
    if (names.has(service.name)) throw bad(`service '${service.name}' is there twice`);
    names.add(service.name);
    return toService(service);
  });
}

function toService(service: ServiceManifest): DiscoveredService {
  const { name, handlers } = service;
  if (/^restate/i.test(name) || name.toLowerCase() === "openapi") {
    throw new RegistryError(
      "META0005",
      400,
      `service name '${name}' is reserved: names that start with 'restate' and the name 'openapi' are. Rename it`,
    );
  }
  const names = new Set<string>();
  for (const handler of handlers) {
    if (names.has(handler.name)) throw bad(`handler '${handler.name}' of service '${name}' is there twice`);
    names.add(handler.name);
  }
  const type = SERVICE_TYPES[service.ty];
  const hasRun = handlers.some(({ ty }) => ty === "WORKFLOW");
  const schemas = handlers.map((handler) => toHandler(service, handler, kindOf(service, handler, hasRun)));
  const runs = schemas.filter(({ kind }) => kind === HandlerKind.WorkflowRun).length;
  if (type === "Workflow" && runs !== 1) {
    throw bad(`workflow '${name}' has ${runs} handlers of type WORKFLOW, and needs exactly one`);
  }
  return { name, type, handlers: schemas, ...description(service), ...options(service) };
}

/**
 * Without a type, a workflow's handler is its run, by the manifest's schema; the official server takes it as shared. It is
 * the run unless another handler is.
 */
function kindOf(service: ServiceManifest, { name, ty }: HandlerManifest, hasRun: boolean): HandlerKind {
  switch (`${service.ty} ${ty ?? "default"}` as const) {
    case "SERVICE default":
    case "SERVICE SHARED":
      return HandlerKind.Service;
    case "VIRTUAL_OBJECT default":
    case "VIRTUAL_OBJECT EXCLUSIVE":
      return HandlerKind.ObjectExclusive;
    case "VIRTUAL_OBJECT SHARED":
      return HandlerKind.ObjectShared;
    case "WORKFLOW WORKFLOW":
      return HandlerKind.WorkflowRun;
    case "WORKFLOW SHARED":
      return HandlerKind.WorkflowShared;
    case "WORKFLOW default":
      return hasRun ? HandlerKind.WorkflowShared : HandlerKind.WorkflowRun;
    default:
      throw bad(`handler '${service.name}/${name}' is of type ${ty}, which a ${service.ty} cannot have`);
  }
}

function toHandler(service: ServiceManifest, handler: HandlerManifest, kind: HandlerKind): HandlerSchema {
  const target = `${service.name}/${handler.name}`;
  const { workflowCompletionRetention } = handler;
  if (workflowCompletionRetention !== undefined && kind !== HandlerKind.WorkflowRun) {
    throw bad(`handler '${target}' has a workflowCompletionRetention, but is not of type WORKFLOW`);
  }
  if (service.ingressPrivate === true && handler.ingressPrivate === false) {
    throw bad(
      `handler '${target}' is public in a private service. Make the service public, and its other handlers private`,
    );
  }
  return {
    name: handler.name,
    kind,
    input: handler.input === undefined ? null : toInput(handler.input, target),
    output: toOutput(handler.output ?? { contentType: "application/json" }, target),
    ...description(handler),
    ...options(handler),
    ...(workflowCompletionRetention !== undefined && {
      workflowCompletionRetentionMs: workflowCompletionRetention,
    }),
  };
}

/** Parameters of the content type play no part when it is compared. */
function toInput({ required = false, contentType, jsonSchema }: InputManifest, target: string): ContentRule {
  const type = contentType ?? (required ? "*/*" : null);
  if (type !== null) checkMediaType(type, `input of '${target}'`);
  return {
    contentType: type === null ? null : (type.split(";", 1)[0] as string).trim(),
    isRequired: required,
    jsonSchema,
  };
}

function toOutput(output: OutputManifest, target: string): OutputRule {
  const { contentType = null, setContentTypeIfEmpty = false, jsonSchema } = output;
  if (contentType !== null) checkMediaType(contentType, `output of '${target}'`);
  return { contentType, setContentTypeIfEmpty, jsonSchema };
}

function checkMediaType(text: string, where: string): void {
  if (!MEDIA_TYPE.test(text)) throw bad(`the content type '${text}' of the ${where} is none`);
}

function description({ documentation, metadata = {} }: ManifestOptions) {
  return { metadata, ...(documentation !== undefined && { documentation }) };
}

function options(manifest: ManifestOptions): HandlerOptions {
  const retryPolicy = retryPolicyOf(manifest);
  return {
    ...named("idempotencyRetentionMs", manifest.idempotencyRetention),
    ...named("journalRetentionMs", manifest.journalRetention),
    ...named("inactivityTimeoutMs", manifest.inactivityTimeout),
    ...named("abortTimeoutMs", manifest.abortTimeout),
    ...named("enableLazyState", manifest.enableLazyState),
    ...named("isPublic", manifest.ingressPrivate === undefined ? undefined : !manifest.ingressPrivate),
    ...(Object.keys(retryPolicy).length > 0 && { retryPolicy }),
  };
}

function retryPolicyOf(manifest: ManifestOptions): Partial<RetryPolicy> {
  const factor = manifest.retryPolicyExponentiationFactor;
  if (factor !== undefined && factor < 1) {
    throw bad(`a retryPolicyExponentiationFactor of ${factor} is below 1: retries would come ever faster`);
  }
  const attempts = manifest.retryPolicyMaxAttempts;
  const onMaxAttempts = manifest.retryPolicyOnMaxAttempts;
  return {
    ...named("initialIntervalMs", manifest.retryPolicyInitialInterval),
    ...named("exponentiationFactor", factor),
    ...named("maxIntervalMs", manifest.retryPolicyMaxInterval),
    // The first attempt counts, as on the official server.
    ...named("maxAttempts", attempts === undefined ? undefined : Math.max(attempts, 1)),
    ...named("onMaxAttempts", onMaxAttempts === "KILL" ? "kill" : onMaxAttempts && "pause"),
  };
}

/** An object with the one property, or without any: to be spread. */
function named<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T };
}

function bad(problem: string): RegistryError {
  return new RegistryError("META0013", 400, `the endpoint's manifest cannot be used: ${problem}`);
}
