// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
import type {
  InferArg,
  Opts,
  SendOpts,
  Serde,
  Service,
  ServiceDefinitionFrom,
  TerminalError,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "@pawl/sdk";

/** A call's result, and at once the id of its invocation. */
export type CallPromise<O> = Promise<O> & { readonly invocationId: string };

/** An invocation that was sent. T is the type of its result. */
export interface Sent<T = unknown> {
  readonly invocationId: string;
  /** `PreviouslyAccepted`: there was one with this idempotency key, or workflow key, already. */
  readonly status: "Accepted" | "PreviouslyAccepted";
  /** How the result is read; by `App.result`. */
  readonly output: Serde<T>;
}

/** The result of a workflow as far as there is one. */
export type WorkflowOutput<O> = { readonly ready: true; readonly result: O } | { readonly ready: false };

/** The handlers M as the program that they are part of calls them. */
export type AppClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArg<P>, O>]]) => CallPromise<O>
    : never;
};

/** The handlers M as one-way calls. */
export type AppSendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: SendOpts<InferArg<P>>]]) => Promise<Sent<O>>
    : never;
};

type RunInput<M> = M extends { run: (ctx: any, ...args: infer P) => Promise<any> } ? P : never;
type RunOutput<M> = M extends { run: (...args: any[]) => Promise<infer O> } ? O : never;

/** A workflow: submitted once, asked for its result any time. */
export type AppWorkflowClient<M> = Omit<AppClient<M>, "run"> & {
  /** Starts it, if it was not started before. */
  workflowSubmit(
    ...args: [...RunInput<M>, ...[opts?: SendOpts<InferArg<RunInput<M>>>]]
  ): Promise<Sent<RunOutput<M>>>;
  /** Waits for its result. */
  workflowAttach(): CallPromise<RunOutput<M>>;
  /** Looks for its result. */
  workflowOutput(): Promise<WorkflowOutput<RunOutput<M>>>;
};

/**
 * Calls of handlers, as ordinary async functions. Values are read and written as the handler's own serdes say.
 *
 * A call rejects with TerminalError when its handler failed for good, and with CallRefusedError when it could not be made
 * (or the server was closed: then the invocation goes on when it is opened again). Options are `rpc.opts` and
 * `rpc.sendOpts`, the same as inside of handlers; `name`, `scope` and `limitKey` mean nothing here.
 */
export interface AppClients {
  serviceClient<D>(definition: ServiceDefinitionFrom<D>): AppClient<Service<D>>;
  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): AppClient<VirtualObject<D>>;
  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): AppWorkflowClient<Workflow<D>>;
  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): AppSendClient<Service<D>>;
  objectSendClient<D>(
    definition: VirtualObjectDefinitionFrom<D>,
    key: string,
  ): AppSendClient<VirtualObject<D>>;
  /** Waits for the result of an invocation that was sent. */
  result<T>(sent: Sent<T>): Promise<T>;
  /** Waits for the result of an invocation by its id. Default serde: JSON. */
  attach<T = unknown>(invocationId: string, serde?: Serde<T>): Promise<T>;
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): Promise<void>;
  rejectAwakeable(id: string, reason: string | TerminalError): Promise<void>;
  /** Asks the handler to end; it may undo what it did first. */
  cancel(invocationId: string): Promise<void>;
  /** Ends the invocation, and those that it called, without asking. */
  kill(invocationId: string): Promise<void>;
}
