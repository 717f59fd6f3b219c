import type { FunctionAnswer } from "../aws/lambda-event.js";
import type { LambdaFunctions } from "../aws/lambda-functions.js";
import type { InvokerContext } from "./context.js";
import type { LambdaEndpoint } from "./endpoint.js";
import { unusableRequest } from "./failures.js";
import { HttpAttempt, Phase } from "./http-attempt.js";
import type { AttemptEvents, AttemptRequest } from "./invoker.js";
import { lambdaFailure } from "./lambda-failures.js";
import type { LambdaTarget } from "./lambda-target.js";
import { opening } from "./opening.js";

/** An attempt as one invocation of a function: the journal goes in, the answer comes as a whole. */
export class LambdaAttempt extends HttpAttempt<LambdaTarget> {
  readonly #request: AttemptRequest<LambdaEndpoint>;
  readonly #functions: LambdaFunctions;
  readonly #onEnd: () => void;
  readonly #abort = new AbortController();

  /** @param onEnd the function is not waited for any more */
  constructor(
    context: InvokerContext,
    target: LambdaTarget,
    request: AttemptRequest<LambdaEndpoint>,
    events: AttemptEvents,
    functions: LambdaFunctions,
    onEnd: () => void,
  ) {
    super(context, target, events, request.inactivityTimeoutMs, request.abortTimeoutMs);
    this.#request = request;
    this.#functions = functions;
    this.#onEnd = onEnd;
  }

  open(): void {
    let body: Uint8Array;
    try {
      body = Buffer.concat(opening(this.context.writer, this.#request));
    } catch (error) {
      this.context.writer.take();
      this.#onEnd();
      this.failLater(unusableRequest(this.target.url, error));
      return;
    }
    const { path, headers } = this.target;
    this.requestSent(false);
    this.#functions
      .call(this.#request.endpoint, { method: "POST", path, headers, body }, this.#abort.signal)
      .then(
        (answer) => this.#answered(answer),
        (error: unknown) => this.fail(lambdaFailure(this.target.url, error, Date.now())),
      )
      .finally(this.#onEnd);
  }

  /** The request is over: the journal takes the frame to the next attempt. */
  send(): void {}

  protected endRequest(): void {}

  protected abandon(): void {
    this.#abort.abort();
  }

  #answered({ status, headers, body }: FunctionAnswer): void {
    if (this.phase === Phase.Over) return;
    this.headArrived({
      status,
      contentType: headers["content-type"],
      retryAfter: headers["retry-after"],
    });
    this.chunkArrived(body);
    this.answerEnded();
    this.streamGone();
  }

  protected causeOfDeath(): string {
    return "the invocation of the function was given up";
  }
}
