import type { LambdaFunctions } from "../aws/lambda-functions.js";
import { InvokerContext } from "./context.js";
import type { LambdaEndpoint } from "./endpoint.js";
import { failedAttempt, NO_ATTEMPT } from "./failed-attempt.js";
import { unusableRequest } from "./failures.js";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "./invoker.js";
import { LambdaAttempt } from "./lambda-attempt.js";
import { LambdaTarget } from "./lambda-target.js";
import type { HttpInvokerOptions } from "./options.js";

/** Runs attempts as invocations of AWS Lambda functions. Closes `functions` with itself. */
export function createLambdaInvoker(
  functions: LambdaFunctions,
  options: Pick<HttpInvokerOptions, "maxPayloadBytes" | "requestHeaders" | "identity"> = {},
): Invoker<LambdaEndpoint> {
  return new LambdaInvoker(functions, new InvokerContext(options));
}

class LambdaInvoker implements Invoker<LambdaEndpoint> {
  readonly #functions: LambdaFunctions;
  readonly #context: InvokerContext;
  readonly #attempts = new Set<Attempt>();

  constructor(functions: LambdaFunctions, context: InvokerContext) {
    this.#functions = functions;
    this.#context = context;
  }

  start(request: AttemptRequest<LambdaEndpoint>, events: AttemptEvents): Attempt {
    if (this.#context.isClosed) return NO_ATTEMPT;
    let target: LambdaTarget;
    try {
      const { requestHeaders, identity } = this.#context.limits;
      target = new LambdaTarget(request, requestHeaders, identity);
    } catch (error) {
      return failedAttempt(events, unusableRequest(request.endpoint.arn, error));
    }
    const attempt = new LambdaAttempt(this.#context, target, request, events, this.#functions, () =>
      this.#attempts.delete(attempt),
    );
    this.#attempts.add(attempt);
    attempt.open();
    return attempt;
  }

  async close(): Promise<void> {
    if (this.#context.isClosed) return;
    this.#context.isClosed = true;
    this.#context.deadlines.stop();
    for (const attempt of this.#attempts) attempt.close();
    this.#functions.close();
  }
}
