import type { InvocationId } from "../context/promise.js";
import type { Request, Target } from "../context/request.js";
import type { ContextFactory, HandlerFunction } from "../definitions/handler.js";
import { TerminalError, toError } from "../errors.js";
import { createContextConsole } from "../logging/console.js";
import { createLogger, LoggerContext, type LoggerTransport, LogSource } from "../logging/logger.js";
import { type InvocationInput, InvocationMachine } from "../machine/machine.js";
import type { MachineOptions } from "../machine/state.js";
import type { Serde } from "../serde.js";
import { Attempt, type AttemptEnd, type AttemptEvents, type OutputSink } from "./attempt.js";
import { ContextImpl, type ContextParts } from "./context-impl.js";
import { toFailure } from "./decode.js";
import { Operations } from "./operations.js";
import { SeededRandom, seedFromId } from "./rand.js";
import { RunExecutor } from "./run-executor.js";

/** A handler with everything that its options and those of its service and endpoint decide. */
export interface HandlerRuntime {
  readonly service: string;
  readonly name: string;
  readonly isKeyed: boolean;
  readonly fn: HandlerFunction;
  readonly inputSerde: Serde<unknown>;
  readonly outputSerde: Serde<unknown>;
  readonly defaultSerde: Serde<unknown>;
  readonly createContext?: ContextFactory;
  readonly asTerminalError?: (error: unknown) => TerminalError | undefined;
  readonly machine: Omit<MachineOptions, "version">;
}

/** What one attempt brings along. */
export interface InvocationEnvironment {
  readonly version: MachineOptions["version"];
  /** Made when a handler asks for them, which few do. */
  readonly attemptHeaders: () => ReadonlyMap<string, string | string[] | undefined>;
  readonly extraArgs: unknown[];
  readonly logger: LoggerTransport;
}

/**
 * Starts an attempt of an invocation. The caller feeds the attempt with what the server sends; the handler starts once the
 * journal has arrived.
 */
export function startInvocation(
  handler: HandlerRuntime,
  environment: InvocationEnvironment,
  sink: OutputSink,
): Attempt {
  return new Invocation(handler, environment, sink).attempt;
}

class Invocation implements AttemptEvents {
  readonly attempt: Attempt;
  readonly #machine: InvocationMachine;
  readonly #runs: RunExecutor;
  #logContext: LoggerContext | undefined;
  #abort: AbortController | undefined;

  constructor(
    private readonly handler: HandlerRuntime,
    private readonly environment: InvocationEnvironment,
    sink: OutputSink,
  ) {
    this.#machine = new InvocationMachine({ version: environment.version, ...handler.machine });
    this.attempt = new Attempt(this.#machine, sink, this);
    this.#runs = new RunExecutor(this.attempt, handler.asTerminalError);
  }

  ready(): void {
    const input = this.attempt.perform((machine) => machine.input());
    if (input === undefined) return;
    const request = this.#toRequest(input);
    const context = this.#createContext(input, request);
    this.#invoke(context, input.value).then(
      (output) => this.#succeed(output),
      (error: unknown) => this.#fail(error),
    );
  }

  execute(handle: number | string): void {
    this.#runs.execute(handle);
  }

  ended(end: AttemptEnd): void {
    this.#abort?.abort();
    const failure = this.#machine.failure;
    if (end !== "failed" || failure === undefined) return;
    const log = createLogger(this.environment.logger, LogSource.JOURNAL, this.#logContext);
    log.warn(
      `The attempt failed, the server will retry it: [${failure.code}]`,
      failure.detail.stacktrace || failure.message,
    );
  }

  async #invoke(context: ContextImpl, body: Uint8Array): Promise<Uint8Array> {
    const { fn, inputSerde, outputSerde } = this.handler;
    let input: unknown;
    try {
      input = inputSerde.deserialize(body);
    } catch (error) {
      throw new TerminalError(`Failed to deserialize input: ${toError(error).message}`, { errorCode: 400 });
    }
    return outputSerde.serialize(await fn(context, input));
  }

  #succeed(output: Uint8Array): void {
    if (this.attempt.isOver) return;
    this.attempt.perform((machine) => machine.succeed(output));
    this.attempt.complete();
  }

  /** User code that was abandoned may still throw; by then nobody listens. */
  #fail(error: unknown): void {
    if (this.attempt.isOver) return;
    const terminal = error instanceof TerminalError ? error : this.handler.asTerminalError?.(error);
    if (terminal === undefined) {
      this.attempt.fault(error);
      return;
    }
    this.attempt.perform((machine) => machine.failTerminally(toFailure(terminal)));
    this.attempt.complete();
  }

  #createContext(input: InvocationInput, request: Request): ContextImpl {
    const { handler, environment } = this;
    const key = handler.isKeyed ? input.key : undefined;
    const logContext = new LoggerContext(input.invocationId, handler.service, handler.name, key, request);
    this.#logContext = logContext;
    const machine = this.#machine;
    const parts: ContextParts = {
      operations: new Operations(this.attempt, handler.defaultSerde),
      runs: this.#runs,
      createRand: () => new SeededRandom(input.randomSeed ?? seedFromId(input.rawId)),
      createConsole: () =>
        createContextConsole(environment.logger, logContext, () => machine.phase !== "processing"),
      request,
      key: input.key,
      rawId: input.rawId,
    };
    return handler.createContext?.(parts) ?? new ContextImpl(parts);
  }

  #toRequest(input: InvocationInput): Request {
    const target: Target = {
      service: this.handler.service,
      handler: this.handler.name,
      ...(this.handler.isKeyed && { key: input.key }),
      toString() {
        return this.key === undefined
          ? `${this.service}/${this.handler}`
          : `${this.service}/${this.key}/${this.handler}`;
      },
    };
    const abortSignal = (): AbortSignal => this.#abortSignal();
    const { environment } = this;
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
      extraArgs: this.environment.extraArgs,
      ...(input.idempotencyKey !== undefined && { idempotencyKey: input.idempotencyKey }),
      ...(input.scope !== undefined && { scope: input.scope }),
      ...(input.limitKey !== undefined && { limitKey: input.limitKey }),
      get attemptCompletedSignal() {
        return abortSignal();
      },
    };
  }

  #abortSignal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.attempt.isOver) this.#abort.abort();
    }
    return this.#abort.signal;
  }
}
