import type { RetryPolicy } from "../partition/model.js";
import { hasContract } from "../protobuf/contracts.js";
import { requestKey } from "../protobuf/key.js";
import { HandlerKind } from "../store/store.js";
import type { ServerDefaults } from "./defaults.js";
import { serviceInfo } from "./info.js";
import type {
  Deployment,
  HandlerOptions,
  HandlerSchema,
  ResolvedHandler,
  ResolvedService,
  ServiceOverrides,
  ServiceSchema,
} from "./schema.js";

/** What a service and its handlers have in common once everything is decided. */
type Effective = Pick<
  ResolvedService,
  | "isPublic"
  | "retryPolicy"
  | "idempotencyRetentionMs"
  | "workflowCompletionRetentionMs"
  | "journalRetentionMs"
  | "inactivityTimeoutMs"
  | "abortTimeoutMs"
  | "enableLazyState"
>;

/**
 * Works defaults and overrides into a service. What was set for the handler comes first, then the handler's own options,
 * then what was set for the service, then the service's, then the server's.
 */
export function resolveService(
  deployment: Deployment,
  registered: ServiceSchema,
  overrides: Omit<ServiceOverrides, "service">,
  defaults: ServerDefaults,
): ResolvedService {
  const schema = withHandlerOverrides(registered, overrides);
  const effective = decide(deployment, [overrides, schema], defaults);
  const handlers = new Map(
    schema.handlers.map((handler) => [
      handler.name,
      resolveHandler(schema, handler, deployment, decide(deployment, [handler, overrides, schema], defaults)),
    ]),
  );
  const run = [...handlers.values()].find(({ kind }) => kind === HandlerKind.WorkflowRun);
  return {
    schema,
    deploymentId: deployment.deploymentId,
    ...effective,
    workflowCompletionRetentionMs:
      run?.workflowCompletionRetentionMs ?? effective.workflowCompletionRetentionMs,
    handlers,
    info: serviceInfo(deployment, schema, overrides, defaults),
  };
}

/** What was set for a handler stands as if the handler said it. */
function withHandlerOverrides(
  schema: ServiceSchema,
  { handlers = {} }: Omit<ServiceOverrides, "service">,
): ServiceSchema {
  if (Object.keys(handlers).length === 0) return schema;
  return {
    ...schema,
    handlers: schema.handlers.map((handler) => {
      const retryPolicy = handlers[handler.name]?.retryPolicy;
      return retryPolicy === undefined
        ? handler
        : { ...handler, retryPolicy: { ...handler.retryPolicy, ...retryPolicy } };
    }),
  };
}

function resolveHandler(
  service: ServiceSchema,
  handler: HandlerSchema,
  deployment: Deployment,
  { enableLazyState, ...effective }: Effective,
): ResolvedHandler {
  return {
    service: service.name,
    serviceType: service.type,
    handler: handler.name,
    kind: handler.kind,
    deploymentId: deployment.deploymentId,
    revision: service.revision,
    input: handler.input,
    output: handler.output,
    hasEagerState: !enableLazyState,
    ...(service.type === "VirtualObject" &&
      hasContract(service) && {
        keyOf: (request: Uint8Array) => requestKey(service, handler.name, request),
      }),
    ...effective,
  };
}

/** @param layers the strongest first */
function decide(
  deployment: Deployment,
  layers: readonly HandlerOptions[],
  defaults: ServerDefaults,
): Effective {
  const first = <N extends keyof HandlerOptions>(name: N): HandlerOptions[N] | undefined =>
    layers.find((layer) => layer[name] !== undefined)?.[name];
  return {
    isPublic: isPublic(layers),
    retryPolicy: retryPolicy(layers, defaults.retryPolicy),
    idempotencyRetentionMs: atMost(
      defaults.maxIdempotencyRetentionMs,
      first("idempotencyRetentionMs") ?? defaults.idempotencyRetentionMs,
    ),
    workflowCompletionRetentionMs: atMost(
      defaults.maxWorkflowCompletionRetentionMs,
      first("workflowCompletionRetentionMs") ?? defaults.workflowCompletionRetentionMs,
    ),
    journalRetentionMs: atMost(
      defaults.maxJournalRetentionMs,
      first("journalRetentionMs") ?? defaults.journalRetentionMs,
    ),
    // Request and response cannot be kept open: the handler suspends at once.
    inactivityTimeoutMs:
      deployment.protocolType === "RequestResponse"
        ? 0
        : (first("inactivityTimeoutMs") ?? defaults.inactivityTimeoutMs),
    abortTimeoutMs: first("abortTimeoutMs") ?? defaults.abortTimeoutMs,
    enableLazyState: first("enableLazyState") ?? false,
  };
}

/** A handler may be private in a public service, not the other way round. */
function isPublic(layers: readonly HandlerOptions[]): boolean {
  const [schema, overrides, handler] = layers.toReversed();
  return (overrides?.isPublic ?? schema?.isPublic ?? true) && (handler?.isPublic ?? true);
}

function retryPolicy(layers: readonly HandlerOptions[], defaults: RetryPolicy): RetryPolicy {
  const policies = layers.flatMap((layer) => layer.retryPolicy ?? []);
  // Handlers without a policy of their own, nearly all, share one object.
  return policies.length === 0 ? defaults : Object.assign({}, defaults, ...policies.toReversed());
}

function atMost(max: number | null, value: number): number {
  return max === null ? value : Math.min(max, value);
}
