import type { RunAction, RunOptions } from "../context/context.js";
import { toMillis } from "../duration.js";
import { PauseError, RetryableError, TerminalError, toError } from "../errors.js";
import type { AttemptHooks } from "../hooks/interceptors.js";
import type { Handle } from "../machine/awaiting.js";
import { AttemptError, type RelatedCommand } from "../machine/errors.js";
import type { RunRetryPolicy } from "../machine/retry.js";
import type { RunExit, RunRetry } from "../machine/runs.js";
import type { Serde } from "../serde.js";
import { type AsyncContext, captureAsyncContext } from "./async-context.js";
import type { Attempt } from "./attempt.js";
import { toFailure } from "./decode.js";
import { NOT_TERMINAL_CODE, RetriedError, toUserError } from "./faults.js";
import type { Operations } from "./operations.js";
import { isThenable } from "./thenable.js";

const DEFAULT_INITIAL_INTERVAL_MS = 50;
const DEFAULT_MAX_INTERVAL_MS = 10_000;
const DEFAULT_FACTOR = 2;

interface Run {
  readonly action: RunAction<unknown>;
  readonly serde: Serde<unknown>;
  readonly options: RunOptions<unknown> | undefined;
  readonly related: RelatedCommand;
}

interface PendingRun extends Run {
  readonly asyncContext: AsyncContext;
}

/** Keeps the closures of runs until they have to be executed, and proposes what they end with. */
export class RunExecutor {
  readonly #pending = new Map<Handle, PendingRun>();

  /** What the first run failed with that failed when the attempt was over already, as interceptors see it. */
  failureAfterEnd: Error | undefined;
  readonly #attempt: Attempt;

  constructor(
    private readonly operations: Operations,
    private readonly asTerminalError: ((error: unknown) => TerminalError | undefined) | undefined,
    private readonly interceptor: AttemptHooks["run"],
  ) {
    this.#attempt = operations.attempt;
  }

  /** The closure is executed in the async context of now (AsyncLocalStorage), whatever happens to be going on then. */
  register(handle: Handle, run: Run): void {
    this.#pending.set(handle, { ...run, asyncContext: captureAsyncContext() });
  }

  execute(handle: Handle): void {
    const run = this.#pending.get(handle)!;
    this.#pending.delete(handle);
    run.asyncContext.runInAsyncScope(() => this.#execute(handle, run));
  }

  #execute(handle: Handle, run: Run): void {
    const startedAt = performance.now();
    const failed = (error: unknown): void =>
      this.#finish(handle, this.#exitOf(error, run, performance.now() - startedAt));
    let result: unknown;
    try {
      result = this.#start(run);
    } catch (error) {
      failed(error);
      return;
    }
    if (isThenable(result)) {
      result.then((value) => this.#succeed(handle, run, value), failed);
    } else {
      this.#succeed(handle, run, result);
    }
  }

  #start(run: Run): unknown {
    const { development } = this.#attempt;
    const action = development === undefined ? run.action : () => development.enterRun(run.action);
    return this.interceptor === undefined ? action() : intercepted(this.interceptor, run, action);
  }

  #succeed(handle: Handle, run: Run, value: unknown): void {
    const bytes = this.operations.serializeFor(run.related, run.serde, value);
    if (bytes !== undefined) this.#finish(handle, { kind: "success", value: bytes });
  }

  #finish(handle: Handle, exit: RunExit): void {
    if (this.#attempt.isOver && exit.kind === "retryable") {
      this.failureAfterEnd ??= toUserError(new AttemptError(exit.code, exit.message));
    }
    this.#attempt.performUnguarded((machine) => machine.finishRun(handle, exit));
  }

  #exitOf(failure: unknown, { options }: Run, durationMs: number): RunExit {
    const thrown = failure instanceof RetriedError ? failure.cause : failure;
    const terminal = thrown instanceof TerminalError ? thrown : this.asTerminalError?.(thrown);
    if (terminal !== undefined) return { kind: "terminal", failure: toFailure(terminal) };
    const error = toError(thrown);
    const retry = retryOf(error, options);
    return {
      kind: "retryable",
      code: NOT_TERMINAL_CODE,
      message: error.message,
      stacktrace: error.stack ?? "",
      durationMs: Math.round(durationMs),
      ...(retry && { retry }),
      ...(failure instanceof RetriedError && { exhausted: toFailure(failure.exhausted) }),
    };
  }
}

/** An interceptor that swallows an error of the closure leaves the run without a value, which is a result. */
async function intercepted(
  interceptor: NonNullable<AttemptHooks["run"]>,
  run: Run,
  action: () => unknown,
): Promise<unknown> {
  let value: unknown;
  await interceptor(run.related.name ?? "", async () => {
    value = await action();
  });
  return value;
}

function retryOf(error: Error, options: RunOptions<unknown> | undefined): RunRetry | undefined {
  if (error instanceof PauseError) return { kind: "pause" };
  const bounds = boundsOf(options);
  if (error instanceof RetryableError) {
    return {
      kind: "after",
      ...(error.retryAfter !== undefined && { delayMs: toMillis(error.retryAfter) }),
      ...bounds,
    };
  }
  const policy = policyOf(options, bounds);
  return policy && { kind: "policy", policy };
}

function boundsOf(options: RunOptions<unknown> | undefined): {
  maxAttempts?: number;
  maxDurationMs?: number;
} {
  return {
    ...(options?.maxRetryAttempts !== undefined && { maxAttempts: options.maxRetryAttempts }),
    ...(options?.maxRetryDuration !== undefined && { maxDurationMs: toMillis(options.maxRetryDuration) }),
  };
}

/** Undefined if no option is set: then the policy of the invocation decides. */
function policyOf(
  options: RunOptions<unknown> | undefined,
  bounds: { maxAttempts?: number; maxDurationMs?: number },
): RunRetryPolicy | undefined {
  if (options === undefined) return undefined;
  const { initialRetryInterval, maxRetryInterval, retryIntervalFactor } = options;
  const isAnySet =
    Object.keys(bounds).length > 0 ||
    initialRetryInterval !== undefined ||
    maxRetryInterval !== undefined ||
    retryIntervalFactor !== undefined;
  if (!isAnySet) return undefined;
  return {
    initialIntervalMs: toMillis(initialRetryInterval ?? DEFAULT_INITIAL_INTERVAL_MS),
    maxIntervalMs: toMillis(maxRetryInterval ?? DEFAULT_MAX_INTERVAL_MS),
    factor: retryIntervalFactor ?? DEFAULT_FACTOR,
    ...bounds,
  };
}
