import type { AttemptOptions, HandlerMeta, Registry } from "../partition/registry.js";
import type { Deployment, ResolvedHandler } from "../registry/schema.js";
import type { DocumentRow } from "../store/store.js";

/** What the node must know to run attempts. */
export interface NodeRegistry extends Registry {
  handler(
    service: string,
    handler: string,
  ): (HandlerMeta & Pick<ResolvedHandler, "deploymentId">) | undefined;
  /** A handler as the deployment has it that an invocation is pinned to. */
  pinnedHandler(
    deploymentId: string,
    service: string,
    handler: string,
  ): (AttemptOptions & Pick<ResolvedHandler, "inactivityTimeoutMs" | "abortTimeoutMs">) | undefined;
  deployment(id: string): Deployment | undefined;
  /** Takes in what is stored, at start. */
  load(documents: readonly DocumentRow[]): void;
}
