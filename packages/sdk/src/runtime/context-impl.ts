import { MessageType, type Outcome } from "@pawl/protocol";
import type { GenericCall, GenericSend } from "../context/calls.js";
import type {
  ContextDate,
  InvocationReference,
  Rand,
  RunAction,
  RunOptions,
  ScopedContext,
  SignalReference,
  WorkflowContext,
} from "../context/context.js";
import type {
  DurablePromise,
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "../context/promise.js";
import type { Request } from "../context/request.js";
import { type Duration, toMillis } from "../duration.js";
import type { TerminalError } from "../errors.js";
import type { ContextInternal } from "../internal.js";
import type { Handle } from "../machine/awaiting.js";
import { CANCEL_HANDLE } from "../machine/awaiting.js";
import { type Serde, serde as serdes } from "../serde.js";
import { CallOperations } from "./call-operations.js";
import { type CombinableNode, Constant } from "./combinators.js";
import { decodeStateKeys, decodeVoid, toFailure } from "./decode.js";
import { WorkflowPromise } from "./durable-promise.js";
import { Leaf } from "./leaf.js";
import type { Operations } from "./operations.js";
import type { RunExecutor } from "./run-executor.js";

/** What a context is made of. */
export interface ContextParts {
  readonly operations: Operations;
  readonly runs: RunExecutor;
  createRand(): Rand;
  createConsole(): Console;
  readonly request: Request;
  /** Empty for unkeyed services. */
  readonly key: string;
  /** The invocation's id, 24 bytes. */
  readonly rawId: Uint8Array;
}

/** The one context behind all the interfaces; which of them a handler sees is a matter of types. */
export class ContextImpl implements WorkflowContext, ContextInternal {
  readonly #parts: ContextParts;
  readonly #operations: Operations;
  // Made when they are used first: most handlers need few of them.
  #calls: CallOperations | undefined;
  #clients: ScopedContext | undefined;
  #date: ContextDate | undefined;
  #rand: Rand | undefined;
  #console: Console | undefined;
  #cancellation: Leaf<void> | undefined;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#operations = parts.operations;
    // The context, not a function of it: with one, attempts survived in the heap until a full collection (memory.test.ts).
    parts.operations.attempt.sleeper = this;
  }

  get rand(): Rand {
    this.#operations.attempt.development?.usedRand();
    this.#rand ??= this.#parts.createRand();
    return this.#rand;
  }

  get console(): Console {
    this.#console ??= this.#parts.createConsole();
    return this.#console;
  }

  get date(): ContextDate {
    this.#date ??= {
      now: () => this.run(() => this.#operations.attempt.now()),
      toJSON: () => this.run(() => new Date(this.#operations.attempt.now()).toJSON()),
    };
    return this.#date;
  }

  get key(): string {
    return this.#parts.key;
  }

  request(): Request {
    return this.#parts.request;
  }

  // State

  get<T>(name: string, serde?: Serde<never>): Promise<T | null> {
    return this.#operations.operateForValue(
      (machine) => machine.getState(name),
      serde as Serde<T> | undefined,
      null,
    );
  }

  stateKeys(): Promise<string[]> {
    return this.#operations.operate(
      (machine) => machine.getStateKeys(),
      () => decodeStateKeys,
    );
  }

  set<T>(name: string, value: T, serde?: Serde<never>): void {
    const used = this.#operations.serdeOr(serde as Serde<T> | undefined);
    const bytes = this.#operations.serialize(MessageType.SetState, used, value);
    if (bytes !== undefined) this.#operations.perform((machine) => machine.setState(name, bytes));
  }

  clear(name: string): void {
    this.#operations.perform((machine) => machine.clearState(name));
  }

  clearAll(): void {
    this.#operations.perform((machine) => machine.clearAllState());
  }

  // Runs and time

  run<T>(
    nameOrAction: string | RunAction<T>,
    maybeAction?: RunAction<T>,
    options?: RunOptions<T>,
  ): RestatePromise<T> {
    const [name, action] =
      typeof nameOrAction === "function" ? [undefined, nameOrAction] : [nameOrAction, maybeAction];
    if (typeof action !== "function") {
      throw new TypeError("ctx.run needs a function: run([name,] action[, options]).");
    }
    const { attempt } = this.#operations;
    const run = attempt.perform((machine) => machine.run(name));
    if (run === undefined) return Constant.pending();
    const related = attempt.machine.latestCommand;
    const serde = this.#operations.serdeOr(options?.serde);
    if (run.execute) {
      this.#parts.runs.register(run.handle, {
        action,
        serde: serde as Serde<unknown>,
        options: options as RunOptions<unknown> | undefined,
        related,
      });
    }
    return this.#operations.leaf(
      run.handle,
      this.#operations.decoder(serde, undefined as T, related),
      related,
    );
  }

  sleep(duration: Duration | number, name?: string): CombinableNode<void> {
    const { attempt } = this.#operations;
    let millis: number;
    try {
      millis = toMillis(duration, "A sleep");
      if (millis < 0) throw new TypeError(`A sleep of ${millis} ms is not possible.`);
    } catch (error) {
      attempt.fault(error, attempt.machine.nextCommand(MessageType.Sleep));
      return Constant.pending();
    }
    const wakeUpTime = attempt.now() + millis;
    return this.#operations.operate(
      (machine) => machine.sleep(wakeUpTime, name),
      () => decodeVoid,
    );
  }

  // Awakeables and signals

  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> } {
    const created = this.#operations.attempt.perform((machine) => machine.awakeable());
    if (created === undefined) return { id: "", promise: Constant.pending() };
    return { id: created.id, promise: this.#signalLeaf(created.handle, serde) };
  }

  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void {
    const bytes = this.#awakeablePayload(payload, serde);
    if (bytes === undefined) return;
    this.#operations.perform((machine) => machine.completeAwakeable(id, { kind: "value", value: bytes }));
  }

  /** As the official SDK does it: nothing is the default serde's null, or no bytes if a serde is named. */
  #awakeablePayload<T>(payload: T | undefined, serde: Serde<T> | undefined): Uint8Array | undefined {
    const type = MessageType.CompleteAwakeable;
    if (payload !== undefined)
      return this.#operations.serialize(type, this.#operations.serdeOr(serde), payload);
    if (serde !== undefined) return this.#operations.serialize(type, serdes.empty, undefined);
    return this.#operations.serialize(type, this.#operations.defaultSerde, null);
  }

  rejectAwakeable(id: string, reason: string | TerminalError): void {
    const failure: Outcome = { kind: "failure", failure: toFailure(reason) };
    this.#operations.perform((machine) => machine.completeAwakeable(id, failure));
  }

  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T> {
    return this.#signalLeaf(this.#operations.attempt.machine.namedSignal(name), serde);
  }

  #signalLeaf<T>(handle: Handle, serde: Serde<T> | undefined): RestatePromise<T> {
    const { attempt } = this.#operations;
    const decode = this.#operations.decoder(
      this.#operations.serdeOr(serde),
      undefined as T,
      attempt.machine.latestCommand,
    );
    return new Leaf<T>(attempt, handle, decode);
  }

  // Other invocations

  invocation(invocationId: InvocationId): InvocationReference {
    return {
      signal: <T>(name: string, serde?: Serde<T>) => this.#signalReference<T>(invocationId, name, serde),
      cancel: () => this.cancel(invocationId),
      attach: <T>(serde?: Serde<T>) => this.attach<T>(invocationId, serde),
    };
  }

  #signalReference<T>(invocationId: string, name: string, serde?: Serde<T>): SignalReference<T> {
    const send = (result: Outcome): void =>
      this.#operations.perform((machine) => machine.sendSignal(invocationId, name, result));
    return {
      resolve: (payload) => {
        const used = this.#operations.serdeOr(serde as Serde<T | undefined> | undefined);
        const value = this.#operations.serialize(MessageType.SendSignal, used, payload);
        if (value !== undefined) send({ kind: "value", value });
      },
      reject: (reason) => send({ kind: "failure", failure: toFailure(reason) }),
    };
  }

  cancel(invocationId: InvocationId): void {
    this.#operations.perform((machine) => machine.cancelInvocation(invocationId));
  }

  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T> {
    return this.#operations.operateForValue(
      (machine) => machine.attachInvocation({ kind: "invocationId", invocationId }),
      serde,
      undefined as T,
    );
  }

  // Cancellation of this invocation

  isProcessing(): boolean {
    return this.#operations.attempt.machine.phase === "processing";
  }

  cancellation(): RestatePromise<void> {
    if (this.#cancellation === undefined || this.#cancellation.settled !== undefined) {
      this.#cancellation = new Leaf<void>(this.#operations.attempt, CANCEL_HANDLE, decodeVoid);
    }
    return this.#cancellation;
  }

  cancelPreviousCalls(): RestatePromise<InvocationId[]> {
    return this.#callOperations.cancelPrevious();
  }

  get #callOperations(): CallOperations {
    this.#calls ??= new CallOperations(this.#operations);
    return this.#calls;
  }

  get #unscoped(): ScopedContext {
    this.#clients ??= this.#callOperations.clients();
    return this.#clients;
  }

  genericCall<REQ, RES>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    return this.#callOperations.call(call);
  }

  genericSend<REQ>(send: GenericSend<REQ>): InvocationHandle {
    return this.#callOperations.send(send);
  }

  get serviceClient(): ScopedContext["serviceClient"] {
    return this.#unscoped.serviceClient;
  }
  get objectClient(): ScopedContext["objectClient"] {
    return this.#unscoped.objectClient;
  }
  get workflowClient(): ScopedContext["workflowClient"] {
    return this.#unscoped.workflowClient;
  }
  get serviceSendClient(): ScopedContext["serviceSendClient"] {
    return this.#unscoped.serviceSendClient;
  }
  get objectSendClient(): ScopedContext["objectSendClient"] {
    return this.#unscoped.objectSendClient;
  }
  get workflowSendClient(): ScopedContext["workflowSendClient"] {
    return this.#unscoped.workflowSendClient;
  }

  get client(): ScopedContext["client"] {
    return this.#unscoped.client;
  }
  get sendClient(): ScopedContext["sendClient"] {
    return this.#unscoped.sendClient;
  }

  scope(scopeKey: string): ScopedContext {
    return this.#callOperations.clients(scopeKey);
  }

  // Promises of the workflow

  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T> {
    return new WorkflowPromise<T>(this.#operations, name, this.#operations.serdeOr(serde));
  }
}
