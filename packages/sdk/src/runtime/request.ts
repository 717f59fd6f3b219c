import type { InvocationId } from "../context/promise.js";
import type { Request, Target } from "../context/request.js";
import type { InvocationInput } from "../machine/machine.js";
import type { HandlerRuntime, InvocationEnvironment } from "./invocation.js";

/** What a handler is told about its request. What few handlers ask for is made when they do. */
export function toRequest(
  handler: HandlerRuntime,
  environment: InvocationEnvironment,
  input: InvocationInput,
  abortSignal: () => AbortSignal,
): Request {
  return new AttemptRequest(handler, environment, input, abortSignal);
}

/**
 * A class, not a literal with accessors: V8 would make a hidden class of its own for each of those, and hidden classes keep
 * what they refer to, here the whole attempt, until a full garbage collection.
 */
class AttemptRequest implements Request {
  readonly target: Target;
  readonly id: InvocationId;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly extraArgs: unknown[];
  declare readonly idempotencyKey?: string;
  declare readonly scope?: string;
  declare readonly limitKey?: string;
  readonly #environment: InvocationEnvironment;
  readonly #abortSignal: () => AbortSignal;
  #attemptHeaders: Request["attemptHeaders"] | undefined;

  constructor(
    handler: HandlerRuntime,
    environment: InvocationEnvironment,
    input: InvocationInput,
    abortSignal: () => AbortSignal,
  ) {
    this.target = new AttemptTarget(handler, input.key);
    this.id = input.invocationId as InvocationId;
    this.headers = new Map(input.headers.map(({ key, value }) => [key, value]));
    this.body = input.value;
    this.extraArgs = environment.extraArgs;
    if (input.idempotencyKey !== undefined) this.idempotencyKey = input.idempotencyKey;
    if (input.scope !== undefined) this.scope = input.scope;
    if (input.limitKey !== undefined) this.limitKey = input.limitKey;
    this.#environment = environment;
    this.#abortSignal = abortSignal;
  }

  get attemptHeaders(): Request["attemptHeaders"] {
    this.#attemptHeaders ??= this.#environment.attemptHeaders();
    return this.#attemptHeaders;
  }

  get attemptCompletedSignal(): AbortSignal {
    return this.#abortSignal();
  }
}

class AttemptTarget implements Target {
  readonly service: string;
  readonly handler: string;
  declare readonly key?: string;

  constructor(handler: HandlerRuntime, key: string) {
    this.service = handler.service;
    this.handler = handler.name;
    if (handler.isKeyed) this.key = key;
  }

  toString(): string {
    const { service, handler, key } = this;
    return key === undefined ? `${service}/${handler}` : `${service}/${key}/${handler}`;
  }
}
