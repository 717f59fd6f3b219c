import type { HandlerKind } from "../store/store.js";
import type { RetryPolicy } from "./model.js";

/** What the core must know of a handler. A read-only snapshot: registrations replace it between two steps. */
export interface HandlerMeta {
  readonly service: string;
  readonly handler: string;
  readonly kind: HandlerKind;
  readonly retryPolicy: RetryPolicy;
  readonly idempotencyRetentionMs: number;
  readonly workflowCompletionRetentionMs: number;
  readonly journalRetentionMs: number;
  /** False: state travels lazily, key by key. */
  readonly hasEagerState: boolean;
  /** Of handlers that are keyed by their request: the key that a request names; null when it cannot be read. */
  readonly keyOf?: (request: Uint8Array) => string | null;
}

/** A deployment as far as an invocation can be moved to it. */
export interface DeploymentRange {
  readonly deploymentId: string;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
}

/** What decides over attempts: of the code that an invocation is pinned to, not of the newest. */
export type AttemptOptions = Pick<HandlerMeta, "retryPolicy" | "hasEagerState">;

export interface Registry {
  /** As the newest revision of the service has it. */
  handler(service: string, handler: string): HandlerMeta | undefined;
  /** As the deployment has it that an invocation is pinned to. */
  pinnedHandler(deploymentId: string, service: string, handler: string): AttemptOptions | undefined;
  hasService(service: string): boolean;
  deployment(id: string): DeploymentRange | undefined;
  /** Where new invocations of the handler go. */
  latestDeployment(service: string, handler: string): DeploymentRange | undefined;
}
