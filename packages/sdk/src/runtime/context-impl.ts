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
import type { Handle } from "../machine/awaiting.js";
import type { CallRequest } from "../machine/commands.js";
import type { InvocationMachine } from "../machine/machine.js";
import { type Serde, serde } from "../serde.js";
import type { Attempt } from "./attempt.js";
import { createCallClient, createSendClient } from "./clients.js";
import { type CombinableNode, Constant } from "./combinators.js";
import { decodeInvocationId, decodeStateKeys, decodeVoid, decodeWith, toFailure } from "./decode.js";
import { WorkflowPromise } from "./durable-promise.js";
import { FaultyCommand } from "./faults.js";
import { type Decode, Leaf } from "./leaf.js";
import type { RunExecutor } from "./run-executor.js";

/** What a context is made of. */
export interface ContextParts {
  readonly attempt: Attempt;
  readonly runs: RunExecutor;
  readonly rand: Rand;
  readonly console: Console;
  readonly request: Request;
  readonly defaultSerde: Serde<unknown>;
  /** Empty for unkeyed services. */
  readonly key: string;
}

type AnySerde = Serde<never>;

/** The one context behind all the interfaces; which of them a handler sees is a matter of types. */
export class ContextImpl implements WorkflowContext {
  readonly #attempt: Attempt;
  readonly #parts: ContextParts;
  readonly date: ContextDate = {
    now: () => this.run(() => Date.now()),
    toJSON: () => this.run(() => new Date().toJSON()),
  };

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#attempt = parts.attempt;
    parts.attempt.sleeper = (duration) => this.#sleep(duration);
  }

  get rand(): Rand {
    return this.#parts.rand;
  }

  get console(): Console {
    return this.#parts.console;
  }

  get key(): string {
    return this.#parts.key;
  }

  request(): Request {
    return this.#parts.request;
  }

  // State

  get<T>(name: string, valueSerde?: AnySerde): Promise<T | null> {
    return this.operate(
      (machine) => machine.getState(name),
      (related) => decodeWith(this.serdeOr<T>(valueSerde), null, related),
    );
  }

  stateKeys(): Promise<string[]> {
    return this.operate(
      (machine) => machine.getStateKeys(),
      () => decodeStateKeys,
    );
  }

  set<T>(name: string, value: T, valueSerde?: AnySerde): void {
    const bytes = this.serialize(MessageType.SetState, this.serdeOr<T>(valueSerde), value);
    if (bytes !== undefined) this.#attempt.perform((machine) => machine.setState(name, bytes));
  }

  clear(name: string): void {
    this.#attempt.perform((machine) => machine.clearState(name));
  }

  clearAll(): void {
    this.#attempt.perform((machine) => machine.clearAllState());
  }

  // Runs and time

  run<T>(
    nameOrAction: string | RunAction<T>,
    maybeAction?: RunAction<T>,
    options?: RunOptions<T>,
  ): RestatePromise<T> {
    const [name, action] =
      typeof nameOrAction === "function" ? [undefined, nameOrAction] : [nameOrAction, maybeAction];
    if (typeof action !== "function")
      throw new TypeError("ctx.run needs a function: run([name,] action[, options]).");
    const started = this.#attempt.perform((machine) => {
      const run = machine.run(name);
      return { ...run, related: machine.latestCommand };
    });
    if (started === undefined) return Constant.pending();
    const { handle, execute, related } = started;
    const resultSerde = options?.serde ?? (this.#parts.defaultSerde as Serde<T>);
    if (execute) {
      this.#parts.runs.register(handle, {
        action,
        serde: resultSerde as Serde<unknown>,
        options: options as RunOptions<unknown> | undefined,
        related,
      });
    }
    return new Leaf<T>(this.#attempt, handle, decodeWith(resultSerde, undefined as T, related));
  }

  sleep(duration: Duration | number, name?: string): RestatePromise<void> {
    return this.#sleep(duration, name);
  }

  #sleep(duration: Duration | number, name?: string): CombinableNode<void> {
    const millis = duration === undefined ? Number.NaN : toMillis(duration);
    if (!(millis >= 0)) {
      const error = new TypeError(`A sleep of ${millis} ms is not possible.`);
      this.#attempt.fault(error, this.#attempt.machine.nextCommand(MessageType.Sleep));
      return Constant.pending();
    }
    const wakeUpTime = Date.now() + millis;
    return this.operate(
      (machine) => machine.sleep(wakeUpTime, name),
      () => decodeVoid,
    );
  }

  // Awakeables and signals

  awakeable<T>(valueSerde?: Serde<T>): { id: string; promise: RestatePromise<T> } {
    const created = this.#attempt.perform((machine) => machine.awakeable());
    if (created === undefined) return { id: "", promise: Constant.pending() };
    return { id: created.id, promise: this.#signalLeaf(created.handle, valueSerde) };
  }

  resolveAwakeable<T>(id: string, payload?: T, valueSerde?: Serde<T>): void {
    // As the official SDK does: nothing is JSON null, unless the user names a serde.
    const value = payload === undefined && valueSerde === undefined ? null : payload;
    const type = MessageType.CompleteAwakeable;
    const bytes =
      payload === undefined && valueSerde !== undefined
        ? new Uint8Array()
        : this.serialize(type, this.serdeOr<unknown>(valueSerde as AnySerde | undefined), value);
    if (bytes === undefined) return;
    this.#attempt.perform((machine) => machine.completeAwakeable(id, { kind: "value", value: bytes }));
  }

  rejectAwakeable(id: string, reason: string | TerminalError): void {
    const failure: Outcome = { kind: "failure", failure: toFailure(reason) };
    this.#attempt.perform((machine) => machine.completeAwakeable(id, failure));
  }

  signal<T>(name: string, valueSerde?: Serde<T>): RestatePromise<T> {
    return this.#signalLeaf(name, valueSerde);
  }

  #signalLeaf<T>(handle: Handle, valueSerde: Serde<T> | undefined): RestatePromise<T> {
    const related = this.#attempt.machine.latestCommand;
    return new Leaf<T>(
      this.#attempt,
      handle,
      decodeWith(this.serdeOr<T>(valueSerde as AnySerde | undefined), undefined as T, related),
    );
  }

  // Other invocations

  invocation(invocationId: InvocationId): InvocationReference {
    return {
      signal: <T>(name: string, valueSerde?: Serde<T>) =>
        this.#signalReference<T>(invocationId, name, valueSerde),
      cancel: () => this.cancel(invocationId),
      attach: <T>(valueSerde?: Serde<T>) => this.attach<T>(invocationId, valueSerde),
    };
  }

  #signalReference<T>(invocationId: string, name: string, valueSerde?: Serde<T>): SignalReference<T> {
    const send = (result: Outcome): void => {
      this.#attempt.perform((machine) => machine.sendSignal(invocationId, name, result));
    };
    return {
      resolve: (payload) => {
        const used = this.serdeOr<unknown>(valueSerde as AnySerde | undefined);
        const value = this.serialize(MessageType.SendSignal, used, payload);
        if (value !== undefined) send({ kind: "value", value });
      },
      reject: (reason) => send({ kind: "failure", failure: toFailure(reason) }),
    };
  }

  cancel(invocationId: InvocationId): void {
    this.#attempt.perform((machine) => machine.cancelInvocation(invocationId));
  }

  attach<T>(invocationId: InvocationId, valueSerde?: Serde<T>): RestatePromise<T> {
    return this.operate(
      (machine) => machine.attachInvocation({ kind: "invocationId", invocationId }),
      (related) => decodeWith(this.serdeOr<T>(valueSerde as AnySerde | undefined), undefined as T, related),
    );
  }

  genericCall<REQ, RES>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    const request = this.#toCallRequest(MessageType.Call, call);
    const handles = request && this.#attempt.perform((machine) => machine.call(request));
    if (handles === undefined) return withInvocationId(Constant.pending<RES>(), () => Constant.pending());
    const related = this.#attempt.machine.latestCommand;
    const output = call.outputSerde ?? (serde.binary as Serde<unknown> as Serde<RES>);
    const result = new Leaf<RES>(
      this.#attempt,
      handles.result,
      decodeWith(output, undefined as RES, related),
    );
    return withInvocationId(result, () => new Leaf(this.#attempt, handles.invocationId, decodeInvocationId));
  }

  genericSend<REQ>(send: GenericSend<REQ>): InvocationHandle {
    const request = this.#toCallRequest(MessageType.OneWayCall, send);
    const delayMs = send.delay === undefined ? 0 : toMillis(send.delay);
    const invokeTime = delayMs > 0 ? Date.now() + delayMs : 0;
    const handle = request && this.#attempt.perform((machine) => machine.send(request, invokeTime));
    if (handle === undefined) return withInvocationId({}, () => Constant.pending());
    return withInvocationId({}, () => new Leaf(this.#attempt, handle, decodeInvocationId));
  }

  #toCallRequest<REQ>(
    type: number,
    call: GenericCall<REQ, never> | GenericSend<REQ>,
  ): CallRequest | undefined {
    const input = (call.inputSerde ?? serde.binary) as Serde<REQ>;
    const parameter = this.serialize(type, input, call.parameter);
    if (parameter === undefined) return undefined;
    const { service, method, key, headers, idempotencyKey, scope, limitKey, name } = call;
    return {
      service,
      handler: method,
      parameter,
      ...(key !== undefined && { key }),
      ...(headers && { headers: Object.entries(headers).map(([k, value]) => ({ key: k, value })) }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(scope !== undefined && { scope }),
      ...(limitKey !== undefined && { limitKey }),
      ...(name !== undefined && { name }),
    };
  }

  // Clients

  readonly #callClient = (definition: { name: string }, key?: string, scope?: string): never =>
    createCallClient(targetOf(definition, key, scope), this.#parts.defaultSerde, (call) =>
      this.genericCall(call),
    );

  readonly #sendClient = (definition: { name: string }, key?: string, scope?: string): never =>
    createSendClient(targetOf(definition, key, scope), this.#parts.defaultSerde, (send) =>
      this.genericSend(send),
    );

  serviceClient(definition: { name: string }): never {
    return this.#callClient(definition);
  }
  objectClient(definition: { name: string }, key: string): never {
    return this.#callClient(definition, key);
  }
  workflowClient(definition: { name: string }, key: string): never {
    return this.#callClient(definition, key);
  }
  serviceSendClient(definition: { name: string }): never {
    return this.#sendClient(definition);
  }
  objectSendClient(definition: { name: string }, key: string): never {
    return this.#sendClient(definition, key);
  }
  workflowSendClient(definition: { name: string }, key: string): never {
    return this.#sendClient(definition, key);
  }

  scope(scopeKey: string): ScopedContext {
    const call = (definition: { name: string }, key?: string): never =>
      this.#callClient(definition, key, scopeKey);
    const send = (definition: { name: string }, key?: string): never =>
      this.#sendClient(definition, key, scopeKey);
    return {
      serviceClient: call,
      objectClient: call,
      workflowClient: call,
      serviceSendClient: send,
      objectSendClient: send,
      workflowSendClient: send,
    };
  }

  // Promises of the workflow

  promise<T>(name: string, valueSerde?: Serde<T>): DurablePromise<T> {
    return new WorkflowPromise<T>(this, name, this.serdeOr<T>(valueSerde as AnySerde | undefined));
  }

  // Shared by all operations

  serdeOr<T>(chosen: AnySerde | undefined): Serde<T> {
    return (chosen ?? this.#parts.defaultSerde) as Serde<T>;
  }

  /** An operation whose result comes later. */
  operate<T>(
    operation: (machine: InvocationMachine) => Handle,
    decoder: (related: InvocationMachine["latestCommand"]) => Decode<T>,
  ): CombinableNode<T> {
    const handle = this.#attempt.perform(operation);
    if (handle === undefined) return Constant.pending();
    return new Leaf<T>(this.#attempt, handle, decoder(this.#attempt.machine.latestCommand));
  }

  /** @returns undefined if the value does not serialize: then the attempt has ended */
  serialize<T>(type: number, used: Serde<T>, value: T): Uint8Array | undefined {
    try {
      return used.serialize(value);
    } catch (error) {
      this.#attempt.fault(new FaultyCommand(error, this.#attempt.machine.nextCommand(type)));
      return undefined;
    }
  }
}

function targetOf(definition: { name: string }, key?: string, scope?: string) {
  return {
    service: definition.name,
    ...(key !== undefined && { key }),
    ...(scope !== undefined && { scope }),
  };
}

/** Adds the invocation id; the promise for it is made when somebody asks. */
function withInvocationId<T extends object>(
  target: T,
  create: () => CombinableNode<InvocationId>,
): T & InvocationHandle {
  let promise: CombinableNode<InvocationId> | undefined;
  return Object.defineProperty(target, "invocationId", {
    get: () => {
      promise ??= create();
      return promise;
    },
  }) as T & InvocationHandle;
}
