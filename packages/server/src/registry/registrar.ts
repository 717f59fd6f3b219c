import { randomBytes } from "node:crypto";
import { formatDeploymentId, newUlid } from "@pawl/protocol";
import { addressOf, isLambda } from "../invoker/endpoint.js";
import type { Runtime } from "../node/runtime.js";
import type { Logger } from "../telemetry/logger.js";
import { normalizeFunctionArn, normalizeHeaders, normalizeRoleArn, normalizeUri } from "./address.js";
import type { Discover, DiscoveryRequest } from "./discovered.js";
import type { RegistryChange } from "./documents.js";
import { invalidField, unknownDeployment } from "./errors.js";
import { planRegistration, type RegistrationPlan } from "./registration.js";
import type { Deployment, HandlerOptions, HandlerOverrides } from "./schema.js";
import { planHandlerOverrides, planOverrides, planRemoval, planUpdate } from "./update.js";

/** As somebody wrote it. */
export type RegisterRequest = (
  | { readonly uri: string; readonly useHttp11: boolean }
  | { readonly arn: string; readonly assumeRoleArn: string | null }
) &
  RegisterOptions;

export interface RegisterOptions {
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isForced: boolean;
  readonly isBreaking: boolean;
  /** Says what would happen, and does nothing. */
  readonly isDryRun: boolean;
}

/** What is undefined stays as it is. */
export interface UpdateRequest {
  readonly uri: string | undefined;
  readonly useHttp11: boolean | undefined;
  readonly arn: string | undefined;
  readonly assumeRoleArn: string | undefined;
  readonly additionalHeaders: Readonly<Record<string, string>> | undefined;
  readonly overwrite: boolean;
  readonly isDryRun: boolean;
}

const ULID_RANDOM_BYTES = 10;

/** Changes the registry: asks the endpoint, checks the rules, stores, and only then applies. One change at a time. */
export class Registrar {
  readonly #runtime: Pick<Runtime, "registry" | "saveDocuments">;
  readonly #discover: Discover;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    runtime: Pick<Runtime, "registry" | "saveDocuments">,
    discover: Discover,
    now: () => number = Date.now,
    readonly events: Logger = {},
  ) {
    this.#runtime = runtime;
    this.#discover = discover;
    this.#now = now;
  }

  /** @throws RegistryError */
  async register(request: RegisterRequest): Promise<RegistrationPlan> {
    const additionalHeaders = normalizeHeaders(request.additionalHeaders);
    const discovered = await this.#discover(
      "arn" in request
        ? {
            arn: normalizeFunctionArn(request.arn),
            assumeRoleArn: normalizeRoleArn(request.assumeRoleArn),
            additionalHeaders,
          }
        : { uri: normalizeUri(request.uri), useHttp11: request.useHttp11, additionalHeaders },
    );
    return this.#exclusively(async () => {
      const now = this.#now();
      const plan = planRegistration(this.#runtime.registry, discovered, {
        ...request,
        now,
        newDeploymentId: () => formatDeploymentId(newUlid(now, randomBytes(ULID_RANDOM_BYTES))),
      });
      if (!request.isDryRun) {
        await this.#commit(plan.change);
        this.events.info?.("deployment registered", {
          "restate.deployment.id": plan.deployment.deploymentId,
          "http.url": addressOf(plan.deployment),
          services: plan.deployment.services.map(({ name }) => name).join(", "),
        });
      }
      return plan;
    });
  }

  /** @throws RegistryError */
  async update(id: string, request: UpdateRequest): Promise<Deployment> {
    const discovered = await this.#discover(updated(this.#deployment(id), request));
    return this.#exclusively(async () => {
      const plan = planUpdate(this.#runtime.registry, this.#deployment(id), discovered, request.overwrite);
      if (!request.isDryRun) await this.#commit(plan.change);
      return plan.deployment;
    });
  }

  /** @throws RegistryError 404 */
  remove(id: string): Promise<void> {
    return this.#exclusively(async () => {
      await this.#commit(planRemoval(this.#runtime.registry, id));
      this.events.info?.("deployment removed", { "restate.deployment.id": id });
    });
  }

  /** @throws RegistryError 400, 404 */
  override(service: string, options: HandlerOptions): Promise<void> {
    return this.#exclusively(() => this.#commit(planOverrides(this.#runtime.registry, service, options)));
  }

  /** @throws RegistryError 404 */
  overrideHandler(service: string, handler: string, options: HandlerOverrides): Promise<void> {
    return this.#exclusively(() =>
      this.#commit(planHandlerOverrides(this.#runtime.registry, service, handler, options)),
    );
  }

  #deployment(id: string): Deployment {
    const deployment = this.#runtime.registry.deployment(id);
    if (deployment === undefined) throw unknownDeployment(id);
    return deployment;
  }

  async #commit(change: RegistryChange): Promise<void> {
    if (change.puts.length === 0 && change.deletes.length === 0) return;
    await this.#runtime.saveDocuments(change.puts, change.deletes);
    this.#runtime.registry.apply(change);
  }

  /** A change is planned on what the one before it left. */
  #exclusively<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** @throws RegistryError 400 when it says where a deployment of the other kind is */
function updated(before: Deployment, request: UpdateRequest): DiscoveryRequest {
  const additionalHeaders = normalizeHeaders(request.additionalHeaders ?? before.additionalHeaders);
  if (isLambda(before)) {
    const field = request.uri === undefined ? request.useHttp11 && "use_http_11" : "uri";
    if (field) throw invalidField(field, "the deployment is a Lambda function, and stays one");
    return {
      arn: request.arn === undefined ? before.arn : normalizeFunctionArn(request.arn),
      assumeRoleArn: normalizeRoleArn(request.assumeRoleArn ?? before.assumeRoleArn),
      additionalHeaders,
    };
  }
  const field = request.arn === undefined ? request.assumeRoleArn && "assume_role_arn" : "arn";
  if (field) throw invalidField(field, "the deployment is reached over HTTP, and stays so");
  return {
    uri: request.uri === undefined ? before.uri : normalizeUri(request.uri),
    useHttp11: request.useHttp11 ?? before.httpVersion === "HTTP/1.1",
    additionalHeaders,
  };
}
