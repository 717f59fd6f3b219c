import type { NodeRegistry } from "../node/registry.js";
import type { Deployment } from "../registry/schema.js";
import type { SimulatedHandler } from "./programs.js";

const DEPLOYMENT_ID = "dp_simulated";
const RETENTION_MS = 86_400_000;

const DEPLOYMENT: Deployment = {
  deploymentId: DEPLOYMENT_ID,
  uri: "simulated:",
  protocolType: "BidiStream",
  httpVersion: "HTTP/2.0",
  additionalHeaders: {},
  createdAt: 0,
  minProtocolVersion: 5,
  maxProtocolVersion: 6,
  sdkVersion: null,
  metadata: {},
  services: [],
};

/** Knows the simulated handlers, on one deployment that is always there. */
export class SimulatedRegistry implements NodeRegistry {
  readonly #handlers: ReadonlyMap<string, ReturnType<typeof resolve>>;

  constructor(handlers: readonly SimulatedHandler[]) {
    this.#handlers = new Map(handlers.map((h) => [`${h.service}/${h.handler}`, resolve(h)]));
  }

  handler(service: string, handler: string) {
    return this.#handlers.get(`${service}/${handler}`);
  }

  pinnedHandler(_deploymentId: string, service: string, handler: string) {
    return this.handler(service, handler);
  }

  hasService(service: string): boolean {
    return [...this.#handlers.values()].some((h) => h.service === service);
  }

  deployment(): Deployment {
    return DEPLOYMENT;
  }

  latestDeployment(): Deployment {
    return DEPLOYMENT;
  }

  load(): void {}
}

function resolve({ service, handler, kind, retryPolicy }: SimulatedHandler) {
  return {
    service,
    handler,
    kind,
    retryPolicy,
    idempotencyRetentionMs: RETENTION_MS,
    workflowCompletionRetentionMs: RETENTION_MS,
    journalRetentionMs: RETENTION_MS,
    hasEagerState: true,
    deploymentId: DEPLOYMENT_ID,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
  };
}
