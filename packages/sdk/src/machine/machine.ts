import {
  codec,
  type Failure,
  type FrameParts,
  type Header,
  type InvocationTarget,
  type NotificationResult,
  type Outcome,
  ProtocolError,
  type SignalResult,
  type Start,
} from "@pawl/protocol";
import type { AwaitSet, Handle } from "./awaiting.js";
import type { CallRequest } from "./commands.js";
import * as commands from "./commands.js";
import { AttemptError, protocolViolation, type RelatedCommand } from "./errors.js";
import { receive, receiveEnd, receiveFrame, receiveOpening } from "./input.js";
import { type CommandOptions, command } from "./journal.js";
import { type Progress, progress, sendCancel } from "./progress.js";
import { finishRun, type RunExit, startRun } from "./runs.js";
import { type MachineOptions, MachineState, type Phase } from "./state.js";
import { complete, fail } from "./terminal.js";

/** What the server said about this invocation and its input. */
export interface InvocationInput {
  readonly invocationId: string;
  /** 24 bytes. */
  readonly rawId: Uint8Array;
  /** Empty for unkeyed services. */
  readonly key: string;
  readonly headers: readonly Header[];
  readonly value: Uint8Array;
  /** V6 and newer. */
  readonly randomSeed?: bigint;
  readonly scope?: string;
  readonly limitKey?: string;
  readonly idempotencyKey?: string;
}

/**
 * One attempt of one invocation, as a pure state machine: bytes from the server and operations of the handler go in,
 * bytes for the server come out. It does no IO, knows no clock and no randomness, and never waits.
 *
 * A fault (journal mismatch, broken protocol, a retryable failure) closes the machine: the Error message lies in the
 * output, and the operation that met it throws AttemptError. Operations on a closed machine throw.
 */
export class InvocationMachine {
  readonly #state: MachineState;

  constructor(options: MachineOptions) {
    this.#state = new MachineState(options);
  }

  get phase(): Phase {
    return this.#state.phase;
  }

  get isClosed(): boolean {
    return this.#state.phase === "closed";
  }

  /** A cancellation is passed on to calls and fails an await by itself. */
  get cancelsImplicitly(): boolean {
    return this.#state.options.implicitCancellation ?? true;
  }

  /** The whole replayed journal has arrived: user code may run. */
  get isReady(): boolean {
    const { phase } = this.#state;
    return phase === "replaying" || phase === "processing";
  }

  /** The error that closed the machine, if one did. */
  get failure(): AttemptError | undefined {
    return this.#state.failure;
  }

  get latestCommand(): RelatedCommand {
    return this.#state.journal.latest;
  }

  /** A command that user code asked for and that could not even be built, e.g. because its payload does not serialize. */
  nextCommand(type: number): RelatedCommand {
    return { index: this.#state.journal.commandIndex + 1, type };
  }

  /** How much `takeOutput` would return. */
  get outputBytes(): number {
    return this.#state.output.length;
  }

  /** @returns all frames written since the last time as one piece; undefined if there are none */
  takeOutput(): Uint8Array | undefined {
    return this.#state.output.take();
  }

  receive(chunk: Uint8Array): void {
    this.#guard(() => receive(this.#state, chunk));
  }

  /** From a server in the same process, instead of bytes. */
  receiveOpening(start: Start, journal: readonly FrameParts[]): void {
    this.#guard(() => receiveOpening(this.#state, start, journal));
  }

  /** From a server in the same process, instead of bytes. */
  receiveFrame(frame: FrameParts): void {
    this.#guard(() => receiveFrame(this.#state, frame));
  }

  receiveEnd(): void {
    this.#guard(() => receiveEnd(this.#state));
  }

  /** The connection is gone or user code failed: closes the machine. */
  fail(error: AttemptError): void {
    fail(this.#state, error);
  }

  /** Closes without a word to the server, which is not there any more. */
  abandon(): void {
    this.#state.phase = "closed";
    this.#state.output.take();
  }

  input(): InvocationInput {
    const { headers, value } = this.#guard(() =>
      command(this.#state, codec.Input, { headers: [], value: new Uint8Array() }),
    );
    const { id, debugId, key, randomSeed, scope, limitKey, idempotencyKey } = this.#state.start!;
    return {
      invocationId: debugId,
      rawId: id,
      key,
      headers,
      value,
      ...(this.#state.version >= 6 && randomSeed !== undefined && { randomSeed }),
      ...(scope !== undefined && { scope }),
      ...(limitKey !== undefined && { limitKey }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    };
  }

  succeed(value: Uint8Array): void {
    this.#guard(() => complete(this.#state, { kind: "value", value }));
  }

  failTerminally(failure: Failure): void {
    this.#guard(() => complete(this.#state, { kind: "failure", failure }));
  }

  progress(awaited: AwaitSet): Progress {
    return this.#guard(() => progress(this.#state, awaited));
  }

  /** @returns the result and forgets it; undefined if it is not ready */
  take(handle: Handle): NotificationResult | undefined {
    const result = this.#state.results.take(handle);
    if (result?.kind === "invocationId" && this.#state.trackedCalls.has(handle)) {
      this.#state.trackedCalls.set(handle, result.invocationId);
    }
    return result;
  }

  getState(key: string): Handle {
    return this.#guard(() => commands.getState(this.#state, key));
  }

  getStateKeys(): Handle {
    return this.#guard(() => commands.getStateKeys(this.#state));
  }

  setState(key: string, value: Uint8Array, options?: CommandOptions): void {
    this.#guard(() => commands.setState(this.#state, key, value, options));
  }

  clearState(key: string): void {
    this.#guard(() => commands.clearState(this.#state, key));
  }

  clearAllState(): void {
    this.#guard(() => commands.clearAllState(this.#state));
  }

  /** @param wakeUpTimeMs unix milliseconds */
  sleep(wakeUpTimeMs: number, name?: string): Handle {
    return this.#guard(() => commands.sleep(this.#state, wakeUpTimeMs, name));
  }

  call(request: CallRequest, options?: CommandOptions): { invocationId: Handle; result: Handle } {
    return this.#guard(() => commands.call(this.#state, request, options));
  }

  /** @param invokeTimeMs unix milliseconds; 0: at once. @returns the handle of the invocation id */
  send(request: CallRequest, invokeTimeMs: number, options?: CommandOptions): Handle {
    return this.#guard(() => commands.send(this.#state, request, invokeTimeMs, options));
  }

  /** @returns whether the closure has to be executed once somebody awaits the handle */
  run(name?: string): { handle: Handle; execute: boolean } {
    return this.#guard(() => startRun(this.#state, name));
  }

  finishRun(handle: Handle, exit: RunExit): void {
    this.#guard(() => finishRun(this.#state, handle, exit));
  }

  awakeable(): { id: string; handle: Handle } {
    return this.#guard(() => commands.awakeable(this.#state));
  }

  completeAwakeable(awakeableId: string, result: Outcome, options?: CommandOptions): void {
    this.#guard(() => commands.completeAwakeable(this.#state, awakeableId, result, options));
  }

  /** A named signal of this invocation. Nothing is journaled. */
  namedSignal(name: string): Handle {
    return name;
  }

  sendSignal(invocationId: string, name: string, result: SignalResult): void {
    this.#guard(() => commands.sendSignal(this.#state, invocationId, name, result));
  }

  cancelInvocation(invocationId: string): void {
    this.#guard(() => sendCancel(this.#state, invocationId));
  }

  getPromise(key: string): Handle {
    return this.#guard(() => commands.getPromise(this.#state, key));
  }

  peekPromise(key: string): Handle {
    return this.#guard(() => commands.peekPromise(this.#state, key));
  }

  completePromise(key: string, completion: Outcome, options?: CommandOptions): Handle {
    return this.#guard(() => commands.completePromise(this.#state, key, completion, options));
  }

  attachInvocation(target: InvocationTarget): Handle {
    return this.#guard(() => commands.attachInvocation(this.#state, target));
  }

  getInvocationOutput(target: InvocationTarget): Handle {
    return this.#guard(() => commands.getInvocationOutput(this.#state, target));
  }

  /** Whatever goes wrong inside closes the machine and tells the server, once. */
  #guard<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      const failure = this.#toAttemptError(error);
      fail(this.#state, failure);
      throw failure;
    }
  }

  #toAttemptError(error: unknown): AttemptError {
    if (error instanceof AttemptError) return error;
    if (error instanceof ProtocolError) return protocolViolation(error.message);
    throw error;
  }
}
