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
  const target: Target = {
    service: handler.service,
    handler: handler.name,
    ...(handler.isKeyed && { key: input.key }),
    toString() {
      return this.key === undefined
        ? `${this.service}/${this.handler}`
        : `${this.service}/${this.key}/${this.handler}`;
    },
  };
  let attemptHeaders: Request["attemptHeaders"] | undefined;
  const headers = new Map(input.headers.map(({ key, value }) => [key, value]));
  return {
    target,
    id: input.invocationId as InvocationId,
    headers,
    get attemptHeaders() {
      attemptHeaders ??= environment.attemptHeaders();
      return attemptHeaders;
    },
    body: input.value,
    extraArgs: environment.extraArgs,
    ...(input.idempotencyKey !== undefined && { idempotencyKey: input.idempotencyKey }),
    ...(input.scope !== undefined && { scope: input.scope }),
    ...(input.limitKey !== undefined && { limitKey: input.limitKey }),
    get attemptCompletedSignal() {
      return abortSignal();
    },
  };
}
