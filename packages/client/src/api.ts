// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
// biome-ignore-all lint/suspicious/noConfusingVoidType: void is how a handler without input spells it
import type {
  HandlerDescriptor,
  InferInput,
  InferOutput,
  JournalValueCodec,
  ObjectDescriptor,
  Serde,
  Service,
  ServiceDefinitionFrom,
  ServiceDescriptor,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
  WorkflowDescriptor,
} from "@pawl/sdk/core";
import type { Opts, SendOpts } from "./options.js";
import type { RetryPolicy } from "./retry.js";

type HandlerDescriptors = Record<string, HandlerDescriptor>;

/** An invocation that was accepted. T is the type of its result. */
export type Send<T = unknown> = {
  invocationId: string;
  /** `PreviouslyAccepted`: there was one with this idempotency key, or this workflow key, already. */
  status: "Accepted" | "PreviouslyAccepted";
  /** Whether the result can be asked for later: it was sent with an idempotency key, or is a workflow. */
  attachable: boolean;
  readonly __result?: T;
};

export type WorkflowSubmission<T> = Readonly<Send<T>> & { readonly attachable: true };

/** The result of a workflow as far as there is one. To read `result` when it is not ready throws. */
export type Output<O> = { ready: true; result: O } | { ready: false; readonly result: never };

/** The first of the arguments P. */
export type InferArgType<P> = P extends [infer A, ...any[]] ? A : unknown;

/** The handlers M as callers from outside see them. */
export type IngressClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArgType<P>, O>]]) => Promise<O>
    : never;
};

/** The handlers M as one-way calls. */
export type IngressSendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: SendOpts<InferArgType<P>>]]) => Promise<Send<O>>
    : never;
};

/** The handlers of an interface as callers from outside see them. */
export type IngressClientFromDescriptors<H extends HandlerDescriptors> = {
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>) => Promise<InferOutput<H[K]>>
    : (
        input: InferInput<H[K]>,
        opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>,
      ) => Promise<InferOutput<H[K]>>;
};

/** The handlers of an interface as one-way calls. */
export type IngressSendClientFromDescriptors<H extends HandlerDescriptors> = {
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: SendOpts<InferInput<H[K]>>) => Promise<Send<InferOutput<H[K]>>>
    : (input: InferInput<H[K]>, opts?: SendOpts<InferInput<H[K]>>) => Promise<Send<InferOutput<H[K]>>>;
};

type RunInput<M> = M extends { run: (ctx: any, ...args: infer P) => Promise<any> } ? P : never;
type RunOutput<M> = M extends { run: (...args: any[]) => Promise<infer O> } ? O : never;

/** A workflow: submitted once, asked for its result any time. */
export type IngressWorkflowClient<M> = Omit<IngressClient<M>, "run"> & {
  /** Starts it, if it was not started before. */
  workflowSubmit(
    ...args: [...RunInput<M>, ...[opts?: SendOpts<InferArgType<RunInput<M>>>]]
  ): Promise<WorkflowSubmission<RunOutput<M>>>;
  /** Waits for its result. */
  workflowAttach(opts?: Opts<void, RunOutput<M>>): Promise<RunOutput<M>>;
  /** Looks for its result. */
  workflowOutput(opts?: Opts<void, RunOutput<M>>): Promise<Output<RunOutput<M>>>;
};

interface Target<I> {
  service: string;
  handler: string;
  parameter: I;
  /** Of an object or a workflow. */
  key?: string;
  /** See `Ingress.scope`. */
  scope?: string;
}

/**
 * Calls services through the ingress. Every method rejects with HttpCallError when the answer is not a success, and with
 * what `fetch` rejects with when there is none.
 */
export interface Ingress extends ScopedIngress {
  /** A call by names alone. Values are JSON, or bytes if the input is a Uint8Array, unless serdes are given. */
  call<I = Uint8Array, O = Uint8Array>(call: Target<I> & { opts?: Opts<I, O> }): Promise<O>;
  /** A one-way call by names alone. */
  send<I = Uint8Array>(send: Target<I> & { opts?: SendOpts<I> }): Promise<Send>;
  /**
   * Waits for the result of an invocation that was sent.
   * @throws TypeError if it is not attachable: its result may be gone
   */
  result<T>(send: Send<T> | WorkflowSubmission<T>, serde?: Serde<T>): Promise<T>;
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): Promise<void>;
  rejectAwakeable(id: string, reason: string): Promise<void>;
  /**
   * Clients of everything within a scope: its objects, workflows, idempotency keys and limits are apart from those of other
   * scopes, and from those without any. The server must have flow control.
   *
   * @param scope 1 to 36 letters, digits, `_`, `.` and `-`
   */
  scope(scope: string): ScopedIngress;
}

/** Clients of services, objects and workflows. */
export interface ScopedIngress {
  serviceClient<D>(definition: ServiceDefinitionFrom<D>): IngressClient<Service<D>>;
  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): IngressClient<VirtualObject<D>>;
  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): IngressWorkflowClient<Workflow<D>>;
  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): IngressSendClient<Service<D>>;
  objectSendClient<D>(
    definition: VirtualObjectDefinitionFrom<D>,
    key: string,
  ): IngressSendClient<VirtualObject<D>>;
  /** A client of an interface, with its serdes. */
  client<P extends string, H extends HandlerDescriptors>(
    descriptor: ServiceDescriptor<P, H>,
  ): IngressClientFromDescriptors<H>;
  client<P extends string, H extends HandlerDescriptors>(
    descriptor: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressClientFromDescriptors<H>;
  /** A client of an interface, with its serdes, for one-way calls. */
  sendClient<P extends string, H extends HandlerDescriptors>(
    descriptor: ServiceDescriptor<P, H>,
  ): IngressSendClientFromDescriptors<H>;
  sendClient<P extends string, H extends HandlerDescriptors>(
    descriptor: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressSendClientFromDescriptors<H>;
}

export type ConnectionOpts = {
  /** Of the ingress, e.g. `http://localhost:8080`. */
  url: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Repeats requests that failed on their way; true: by the defaults of RetryPolicy. Default: false. */
  retry?: RetryPolicy | boolean;
  /** Where none is named. Default: JSON. */
  serde?: Serde<any>;
  /** The same as that of the endpoints. Default: none. */
  journalValueCodec?: JournalValueCodec;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
};
