/** What is registered: deployments and, by them, services and handlers. Stored as documents, held in memory whole. */
import type { Endpoint } from "../invoker/endpoint.js";
import type { RetryPolicy } from "../partition/model.js";
import type { HandlerKind } from "../store/store.js";

export type ServiceType = "Service" | "VirtualObject" | "Workflow";

export interface ContentRule {
  /** Media type pattern: a full type, `type/*` or `*\/*`; null when only an empty body is allowed. */
  readonly contentType: string | null;
  readonly isRequired: boolean;
  readonly jsonSchema: unknown;
}

export interface OutputRule {
  readonly contentType: string | null;
  readonly setContentTypeIfEmpty: boolean;
  readonly jsonSchema: unknown;
}

/** Durations are milliseconds; undefined means "as the service, else the server, says". */
export interface HandlerOptions {
  readonly idempotencyRetentionMs?: number;
  readonly workflowCompletionRetentionMs?: number;
  readonly journalRetentionMs?: number;
  readonly inactivityTimeoutMs?: number;
  readonly abortTimeoutMs?: number;
  readonly enableLazyState?: boolean;
  readonly isPublic?: boolean;
  readonly retryPolicy?: Partial<RetryPolicy>;
}

export interface HandlerSchema extends HandlerOptions {
  readonly name: string;
  readonly kind: HandlerKind;
  /** null: the manifest says nothing about the input; any body passes. */
  readonly input: ContentRule | null;
  readonly output: OutputRule | null;
  readonly documentation?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ServiceSchema extends HandlerOptions {
  readonly name: string;
  readonly type: ServiceType;
  readonly revision: number;
  readonly handlers: readonly HandlerSchema[];
  readonly documentation?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Deployment = Endpoint & DeploymentFacts;

export interface DeploymentFacts {
  readonly createdAt: number;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  /** `x-restate-server` of the endpoint. */
  readonly sdkVersion: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly services: readonly ServiceSchema[];
}

/**
 * What was changed by PATCH /services/{service}. It wins over what deployments say of the service, now and later; what a
 * handler says of itself wins over it, except that a private service has no public handlers.
 */
export interface ServiceOverrides extends HandlerOptions {
  readonly service: string;
  /** What was changed by PATCH /services/{service}/handlers/{handler}: it wins over all else. */
  readonly handlers?: Readonly<Record<string, HandlerOverrides>>;
}

export type HandlerOverrides = Pick<HandlerOptions, "retryPolicy">;

/** Something that the user should know: an option that has no effect, or not the wanted one. */
export interface SchemaInfo {
  readonly code?: string;
  readonly message: string;
}

/** Everything that the ingress and the node need to know of a handler, with defaults and overrides worked in. */
export interface ResolvedHandler {
  readonly service: string;
  readonly serviceType: ServiceType;
  readonly handler: string;
  readonly kind: HandlerKind;
  readonly deploymentId: string;
  readonly revision: number;
  readonly isPublic: boolean;
  readonly input: ContentRule | null;
  readonly output: OutputRule | null;
  readonly retryPolicy: RetryPolicy;
  readonly idempotencyRetentionMs: number;
  readonly workflowCompletionRetentionMs: number;
  readonly journalRetentionMs: number;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly hasEagerState: boolean;
  /** Of handlers that are keyed by their request: the key that a request names; null when it cannot be read. */
  readonly keyOf?: (request: Uint8Array) => string | null;
}

/** A service as one deployment has it, with defaults and overrides worked in. */
export interface ResolvedService {
  readonly schema: ServiceSchema;
  readonly deploymentId: string;
  readonly isPublic: boolean;
  readonly retryPolicy: RetryPolicy;
  readonly idempotencyRetentionMs: number;
  /** Of the workflow's run; without meaning for other services. */
  readonly workflowCompletionRetentionMs: number;
  readonly journalRetentionMs: number;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly enableLazyState: boolean;
  readonly handlers: ReadonlyMap<string, ResolvedHandler>;
  readonly info: readonly SchemaInfo[];
}
