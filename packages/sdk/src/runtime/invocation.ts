import type { Request } from "../context/request.js";
import type { ContextFactory, HandlerFunction } from "../definitions/handler.js";
import type { DevelopmentMode } from "../development/mode.js";
import { PauseError, SuspendedError, TerminalError, toError } from "../errors.js";
import type { HooksProvider } from "../hooks/hooks.js";
import { type AttemptHooks, hooksOf } from "../hooks/interceptors.js";
import type { CodecSource, JournalValueCodec } from "../journal-codec.js";
import { createContextConsole } from "../logging/console.js";
import {
  createLogger,
  type Logger,
  LoggerContext,
  type LoggerTransport,
  LogSource,
  RestateLogLevel,
} from "../logging/logger.js";
import { type InvocationInput, InvocationMachine } from "../machine/machine.js";
import type { MachineOptions } from "../machine/state.js";
import type { Serde } from "../serde.js";
import { Attempt, type AttemptEnd, type AttemptEvents, type OutputSink } from "./attempt.js";
import { userStack } from "./call-site.js";
import { ContextImpl, type ContextParts } from "./context-impl.js";
import { toFailure } from "./decode.js";
import { toUserError, UnserializableError } from "./faults.js";
import { Operations } from "./operations.js";
import { SeededRandom, seedFromId } from "./rand.js";
import { toRequest } from "./request.js";
import { RunExecutor } from "./run-executor.js";
import { afterMicrotasks } from "./turn.js";

/** A handler with everything that its options and those of its service and endpoint decide. */
export interface HandlerRuntime {
  readonly service: string;
  readonly name: string;
  readonly isKeyed: boolean;
  /** Handlers of its service that begin, for the same key, when it has ended. */
  readonly behindIt: ReadonlySet<string>;
  readonly fn: HandlerFunction;
  readonly inputSerde: Serde<unknown>;
  readonly outputSerde: Serde<unknown>;
  readonly defaultSerde: Serde<unknown>;
  readonly createContext?: ContextFactory;
  readonly asTerminalError?: (error: unknown) => TerminalError | undefined;
  /** The outermost first; empty in most cases. */
  readonly hooks: readonly HooksProvider[];
  readonly machine: Pick<MachineOptions, "implicitCancellation" | "onJournalMismatch">;
}

/** What one attempt brings along. */
export interface InvocationEnvironment {
  readonly version: MachineOptions["version"];
  /** Unix milliseconds. Default: the system's clock. */
  readonly now?: (() => number) | undefined;
  /** A step has to be executed, after all that the journal has. Default: execute it. */
  readonly onRun?: (() => "execute" | "stop") | undefined;
  /** Made when a handler asks for them, which few do. */
  readonly attemptHeaders: () => ReadonlyMap<string, string | string[] | undefined>;
  readonly extraArgs: unknown[];
  readonly logger: LoggerTransport;
  /** What the platform adds to log messages, for instance the id of its request. */
  readonly additionalContext?: Record<string, string>;
  readonly codec?: CodecSource;
  /** Present in development mode. */
  readonly development?: DevelopmentMode;
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
  #runs: RunExecutor | undefined;
  #logContext: LoggerContext | undefined;
  #abort: AbortController | undefined;
  /** Tells interceptors that the attempt is over. */
  #interrupt: ((reason: Error) => void) | undefined;

  constructor(
    private readonly handler: HandlerRuntime,
    private readonly environment: InvocationEnvironment,
    sink: OutputSink,
  ) {
    this.#machine = new InvocationMachine({
      version: environment.version,
      ...handler.machine,
      comparePayloads: environment.codec === undefined,
      locate: userStack,
    });
    this.attempt = new Attempt(this.#machine, sink, this);
    if (environment.now !== undefined) this.attempt.now = environment.now;
  }

  ready(): void {
    const input = this.attempt.performUnguarded((machine) => machine.input());
    if (input === undefined) return;
    this.#invoke(input).then(
      (output) => this.#succeed(output),
      (error: unknown) => this.#fail(error),
    );
  }

  execute(handle: number | string): void {
    if (this.environment.onRun?.() === "stop") this.attempt.disconnected();
    else this.#runs!.execute(handle);
  }

  ended(end: AttemptEnd, cause?: unknown): void {
    this.#tellUserCode(end, cause);
    const failure = this.#machine.failure;
    if (end !== "failed" || failure === undefined) {
      this.#debug(end === "completed" ? "Invocation completed." : `Attempt ${end}.`);
      return;
    }
    this.#logger().warn(
      `The attempt failed, the server will retry it: [${failure.code}]`,
      failure.explanation,
    );
  }

  /**
   * Interceptors are told first, with what ended the attempt, and the signal comes when they have reacted: what stops because
   * of the signal is a consequence. Only when the connection is lost the signal is the first that code hears, and a run that
   * fails because of it is what its handler fails with. All this in the order of the official SDK at 1.17.2.
   */
  #tellUserCode(end: AttemptEnd, cause: unknown): void {
    if (end === "disconnected") {
      this.#abort?.abort();
      afterMicrotasks(() => this.#interrupt?.(this.#runs?.failureAfterEnd ?? new SuspendedError()));
    } else {
      this.#interrupt?.(end === "failed" ? toUserError(cause) : new SuspendedError());
      afterMicrotasks(() => this.#abort?.abort());
    }
  }

  /** @returns the output's bytes */
  #invoke(input: InvocationInput): Promise<Uint8Array> {
    const { environment, handler } = this;
    const request = toRequest(handler, environment, input, () => this.#abortSignal());
    this.#logContext = new LoggerContext(
      input.invocationId,
      handler.service,
      handler.name,
      handler.isKeyed ? input.key : undefined,
      request,
      environment.additionalContext,
    );
    this.#debug(this.#machine.phase === "replaying" ? "Replaying invocation." : "Starting invocation.");
    try {
      if (environment.codec === undefined) return this.#start(input, request, undefined);
      return environment.codec.get().then((codec) => this.#start(input, request, codec));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @throws what a provider of hooks throws */
  #start(
    input: InvocationInput,
    request: Request,
    codec: JournalValueCodec | undefined,
  ): Promise<Uint8Array> {
    const { handler } = this;
    const isProcessing = (): boolean => this.#machine.phase === "processing";
    const hooks = handler.hooks.length === 0 ? NO_HOOKS : hooksOf(handler.hooks, request, isProcessing);
    const operations = new Operations(this.attempt, handler.defaultSerde, codec);
    this.#runs = new RunExecutor(operations, handler.asTerminalError, hooks.run);
    const context = this.#createContext(input, request, operations, this.#runs);
    const call = (): Promise<Uint8Array> => this.#call(context, input.value, codec);
    return hooks.handler === undefined ? call() : this.#callIntercepted(hooks.handler, call);
  }

  async #call(
    context: ContextImpl,
    body: Uint8Array,
    codec: JournalValueCodec | undefined,
  ): Promise<Uint8Array> {
    const { fn } = this.handler;
    const input = this.#deserializeInput(codec === undefined ? body : await decodeInput(codec, body));
    const { development } = this.attempt;
    const output =
      development === undefined
        ? await fn(context, input)
        : await development.enterHandler(() => fn(context, input));
    const bytes = this.#serializeOutput(output);
    return codec === undefined ? bytes : codec.encode(bytes);
  }

  #deserializeInput(body: Uint8Array): unknown {
    try {
      return this.handler.inputSerde.deserialize(body);
    } catch (error) {
      throw new TerminalError(`Failed to deserialize input: ${toError(error).message}`, { errorCode: 400 });
    }
  }

  #serializeOutput(output: unknown): Uint8Array {
    const { service, name, outputSerde } = this.handler;
    try {
      return outputSerde.serialize(output);
    } catch (error) {
      throw new UnserializableError(`The result of ${service}/${name}`, error);
    }
  }

  /** The output is committed after the outermost interceptor has ended. `next` also rejects when the attempt is over. */
  async #callIntercepted(
    interceptor: NonNullable<AttemptHooks["handler"]>,
    call: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    let output: Uint8Array | undefined;
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = reject;
    });
    interrupted.catch(() => {});
    await interceptor(async () => {
      output = await Promise.race([call(), interrupted]);
    });
    if (output === undefined) {
      throw new Error(
        "The handler has no result: an interceptor did not call next(), or swallowed the error that next() rejected with.",
      );
    }
    return output;
  }

  #succeed(output: Uint8Array): void {
    if (this.attempt.isOver) return;
    this.attempt.development?.handlerReturned();
    this.attempt.performUnguarded((machine) => machine.succeed(output));
    this.attempt.complete();
  }

  /** User code that was abandoned may still throw; by then nobody listens. */
  #fail(thrown: unknown): void {
    if (this.attempt.isOver) return;
    const error = thrown instanceof UnserializableError ? thrown.cause : thrown;
    const terminal = error instanceof TerminalError ? error : this.handler.asTerminalError?.(error);
    if (terminal === undefined) {
      if (error instanceof PauseError) {
        this.#logger().warn(
          "A PauseError pauses only inside of ctx.run; here the attempt fails like with any error.",
        );
      }
      this.attempt.fault(thrown);
      return;
    }
    this.attempt.performUnguarded((machine) => machine.failTerminally(toFailure(terminal)));
    this.attempt.complete();
  }

  #createContext(
    input: InvocationInput,
    request: Request,
    operations: Operations,
    runs: RunExecutor,
  ): ContextImpl {
    const { handler, environment } = this;
    const logContext = this.#logContext!;
    const machine = this.#machine;
    this.attempt.development = environment.development?.checksOf(this.attempt, logContext, handler.behindIt);
    const parts: ContextParts = {
      operations,
      runs,
      createRand: () => new SeededRandom(input.randomSeed ?? seedFromId(input.rawId)),
      createConsole: () =>
        createContextConsole(environment.logger, logContext, () => machine.phase !== "processing"),
      request,
      key: input.key,
      rawId: input.rawId,
    };
    return handler.createContext?.(parts) ?? new ContextImpl(parts);
  }

  #logger(): Logger {
    return createLogger(this.environment.logger, LogSource.JOURNAL, this.#logContext);
  }

  #debug(message: string): void {
    const context = this.#logContext;
    const level = RestateLogLevel.DEBUG;
    this.environment.logger(
      { source: LogSource.JOURNAL, level, replaying: false, ...(context && { context }) },
      message,
    );
  }

  #abortSignal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.attempt.isOver) this.#abort.abort();
    }
    return this.#abort.signal;
  }
}

const NO_HOOKS: AttemptHooks = {};

async function decodeInput(codec: JournalValueCodec, body: Uint8Array): Promise<Uint8Array> {
  try {
    return await codec.decode(body);
  } catch (error) {
    throw new TerminalError(`Failed to decode input using journal value codec: ${toError(error).message}`, {
      errorCode: 400,
    });
  }
}
