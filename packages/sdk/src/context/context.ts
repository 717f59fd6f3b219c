// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers and state of every type
import type {
  HandlerDescriptors,
  ObjectDescriptor,
  ServiceDescriptor,
  WorkflowDescriptor,
} from "../definitions/descriptor.js";
import type {
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "../definitions/types.js";
import type { Duration } from "../duration.js";
import type { TerminalError } from "../errors.js";
import type { Serde } from "../serde.js";
import type {
  Client,
  ClientFromDescriptors,
  GenericCall,
  GenericSend,
  SendClient,
  SendClientFromDescriptors,
} from "./calls.js";
import type {
  DurablePromise,
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "./promise.js";
import type { Request } from "./request.js";
import type {
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
} from "./restate-context.js";

/**
 * State whose keys and types are declared.
 *
 * @example
 * ```ts
 * type Cart = { items: string[]; open: boolean };
 *
 * const cart = pawl.object({
 *   name: "Cart",
 *   handlers: {
 *     add: async (ctx: pawl.ObjectContext<Cart>, item: string) => {
 *       ctx.set("items", [...((await ctx.get("items")) ?? []), item]);
 *     },
 *   },
 * });
 * ```
 */
export type TypedState = Record<string, any>;
/** State whose keys are any text. */
export type UntypedState = { _: never };

type StateKey<TState, TKey> = TState extends UntypedState ? string : TKey;
type StateValue<TState extends TypedState, TKey extends keyof TState, TValue> = TState extends UntypedState
  ? TValue
  : TState[TKey];

/** Reads the state of a key. */
export interface StateReader<TState extends TypedState> {
  /** @returns the value, null if there is none */
  get<TValue, TKey extends keyof TState = string>(
    name: StateKey<TState, TKey>,
    serde?: Serde<StateValue<TState, TKey, TValue>>,
  ): Promise<StateValue<TState, TKey, TValue> | null>;
  stateKeys(): Promise<Array<string>>;
}

/** Reads and changes the state of a key. Changes are stored with the journal, in order. */
export interface KeyValueStore<TState extends TypedState> extends StateReader<TState> {
  set<TValue, TKey extends keyof TState = string>(
    name: StateKey<TState, TKey>,
    value: StateValue<TState, TKey, TValue>,
    serde?: Serde<StateValue<TState, TKey, TValue>>,
  ): void;
  clear<TKey extends keyof TState>(name: StateKey<TState, TKey>): void;
  clearAll(): void;
}

/** Random values that are the same on replay. They follow from the invocation's seed: not for secrets. */
export interface Rand {
  /** Like Math.random(): at least 0, less than 1. */
  random(): number;
  uuidv4(): string;
}

/** The clock, read once and journaled. */
export interface ContextDate {
  /** Unix milliseconds. */
  now(): Promise<number>;
  /** ISO 8601. */
  toJSON(): Promise<string>;
}

/** What a `run` does. Its result is recorded once; until then it may be executed several times. */
export type RunAction<T> = (() => Promise<T>) | (() => T);

/**
 * How a `run` is retried. If none of the retry options is set, the retry policy of the invocation decides and never gives
 * up on the run by itself. Plain numbers are milliseconds.
 *
 * @example
 * ```ts
 * async function charge(ctx: pawl.Context, pay: () => Promise<string>) {
 *   return ctx.run("charge", pay, { maxRetryAttempts: 5, initialRetryInterval: { seconds: 1 } });
 * }
 * ```
 */
export type RunOptions<T> = {
  serde?: Serde<T>;
  /** Attempts in all; then the run fails with a TerminalError. Default: unbounded. */
  maxRetryAttempts?: number;
  /** Time in all; then the run fails with a TerminalError. Default: unbounded. */
  maxRetryDuration?: Duration | number;
  /** Default 50 ms. */
  initialRetryInterval?: Duration | number;
  /** Default 10 s. */
  maxRetryInterval?: Duration | number;
  /** Default 2. */
  retryIntervalFactor?: number;
};

/** Signals another invocation. */
export interface SignalReference<T> {
  resolve(payload?: T): void;
  reject(reason: string | TerminalError): void;
}

/**
 * Another invocation.
 *
 * @example
 * ```ts
 * async function stop(ctx: pawl.Context, id: pawl.InvocationId) {
 *   ctx.invocation(id).signal<string>("stop").resolve("please");
 *   return ctx.invocation(id).attach<string>().orTimeout({ seconds: 10 });
 * }
 * ```
 */
export interface InvocationReference {
  signal<T>(name: string, serde?: Serde<T>): SignalReference<T>;
  cancel(): void;
  /** Waits for its result. */
  attach<T>(serde?: Serde<T>): RestatePromise<T>;
}

/** Clients whose calls stay inside of a scope. */
export type ScopedContext = Pick<
  Context,
  | "serviceClient"
  | "serviceSendClient"
  | "objectClient"
  | "objectSendClient"
  | "workflowClient"
  | "workflowSendClient"
  | "client"
  | "sendClient"
>;

/**
 * What a handler does durably. Each operation is recorded in the journal of the invocation; when the handler is executed
 * again, after a crash or a suspension, it finds the recorded results and goes on where it stopped.
 *
 * @example
 * ```ts
 * const greeter = pawl.service({
 *   name: "Greeter",
 *   handlers: {
 *     greet: async (ctx: pawl.Context, name: string) => {
 *       const id = await ctx.run("choose an id", () => crypto.randomUUID());
 *       await ctx.sleep({ minutes: 5 });
 *       return `Hello ${name}, you are ${id}`;
 *     },
 *   },
 * });
 * ```
 */
export interface Context extends RestateContext {
  readonly rand: Rand;
  readonly date: ContextDate;
  /** Like the global console, with the invocation in front and silent while replaying. */
  readonly console: Console;

  /**
   * Does something once and records its result. It is executed when the result is awaited, alone or in a combinator.
   * A TerminalError is recorded, too; any other error leads to a retry.
   */
  run<T>(action: RunAction<T>): RestatePromise<T>;
  run<T>(name: string, action: RunAction<T>): RestatePromise<T>;
  run<T>(name: string, action: RunAction<T>, options: RunOptions<T>): RestatePromise<T>;

  /** @param duration a number is milliseconds. @param name shown in the journal */
  sleep(duration: Duration | number, name?: string): RestatePromise<void>;

  /** A promise that anyone who knows `id` can complete, through the ingress or from another handler. */
  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> };
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void;
  rejectAwakeable(id: string, reason: string | TerminalError): void;

  /** Clients for the handlers of a service: await the result of the call. */
  serviceClient<D>(definition: ServiceDefinitionFrom<D>): Client<Service<D>>;
  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): Client<VirtualObject<D>>;
  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): Client<Workflow<D>>;
  /** Clients for one-way calls: they return at once, the message is delivered for sure. */
  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): SendClient<Service<D>>;
  objectSendClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): SendClient<VirtualObject<D>>;
  workflowSendClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): SendClient<Workflow<D>>;
  /**
   * A client for the handlers of an interface declared with `iface`, with its types and serdes.
   *
   * @example
   * ```ts
   * const Counter = pawl.iface.object("Counter", { add: pawl.iface.json<number, number>() });
   *
   * async function countTo(ctx: pawl.Context, goal: number) {
   *   while ((await ctx.client(Counter, "visits").add(1)) < goal) await ctx.sleep({ seconds: 1 });
   * }
   * ```
   */
  client<P extends string, H extends HandlerDescriptors>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): ClientFromDescriptors<H>;
  client<P extends string, H extends HandlerDescriptors>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): ClientFromDescriptors<H>;
  /** The same for one-way calls. */
  sendClient<P extends string, H extends HandlerDescriptors>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): SendClientFromDescriptors<H>;
  sendClient<P extends string, H extends HandlerDescriptors>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): SendClientFromDescriptors<H>;
  /** @param scopeKey 1 to 36 of `[a-zA-Z0-9_.-]`. Needs service protocol V7 and a server with flow control. */
  scope(scopeKey: string): ScopedContext;
  genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES>;
  genericSend<REQ = Uint8Array>(send: GenericSend<REQ>): InvocationHandle;

  /** Waits for a signal that another invocation sends to this one. */
  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T>;
  invocation(invocationId: InvocationId): InvocationReference;
  /** The same as `invocation(id).cancel()`. */
  cancel(invocationId: InvocationId): void;
  /** The same as `invocation(id).attach()`. */
  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T>;

  request(): Request;
}

/** In exclusive handlers of an object. */
export interface ObjectContext<TState extends TypedState = UntypedState>
  extends Context,
    KeyValueStore<TState>,
    RestateObjectContext {
  readonly key: string;
}

/** In shared handlers of an object: state can be read, not changed. */
export interface ObjectSharedContext<TState extends TypedState = UntypedState>
  extends Context,
    StateReader<TState>,
    RestateObjectSharedContext {
  readonly key: string;
}

/** In shared handlers of a workflow. */
export interface WorkflowSharedContext<TState extends TypedState = UntypedState>
  extends ObjectSharedContext<TState>,
    RestateWorkflowSharedContext {
  /** A promise of this workflow. @param name unique in the workflow */
  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T>;
}

/** In the workflow itself. */
export interface WorkflowContext<TState extends TypedState = UntypedState>
  extends WorkflowSharedContext<TState>,
    ObjectContext<TState>,
    RestateWorkflowContext {}
