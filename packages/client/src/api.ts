// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
import type {
  InferArg,
  Serde,
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "@pawl/sdk";
import type { Opts, SendOpts } from "./options.js";

/** An invocation that was accepted. T is the type of its result. */
export interface Send<T = unknown> {
  readonly invocationId: string;
  /** `PreviouslyAccepted`: there was one with this idempotency key, or this workflow key, already. */
  readonly status: "Accepted" | "PreviouslyAccepted";
  /** Whether the result can be asked for later: it was sent with an idempotency key, or is a workflow. */
  readonly attachable: boolean;
  readonly __result?: T;
}

export type WorkflowSubmission<T> = Send<T> & { readonly attachable: true };

/** The result of a workflow as far as there is one. */
export type Output<O> = { readonly ready: true; readonly result: O } | { readonly ready: false };

/** The handlers M as callers from outside see them. */
export type IngressClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArg<P>, O>]]) => Promise<O>
    : never;
};

/** The handlers M as one-way calls. */
export type IngressSendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: SendOpts<InferArg<P>>]]) => Promise<Send<O>>
    : never;
};

type RunInput<M> = M extends { run: (ctx: any, ...args: infer P) => Promise<any> } ? P : never;
type RunOutput<M> = M extends { run: (...args: any[]) => Promise<infer O> } ? O : never;

/** A workflow: submitted once, asked for its result any time. */
export type IngressWorkflowClient<M> = Omit<IngressClient<M>, "run"> & {
  /** Starts it, if it was not started before. */
  workflowSubmit(
    ...args: [...RunInput<M>, ...[opts?: SendOpts<InferArg<RunInput<M>>>]]
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
}

/**
 * Calls services through the ingress. Every method rejects with HttpCallError when the answer is not a success, and with
 * what `fetch` rejects with when there is none.
 */
export interface Ingress {
  serviceClient<D>(definition: ServiceDefinitionFrom<D>): IngressClient<Service<D>>;
  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): IngressClient<VirtualObject<D>>;
  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): IngressWorkflowClient<Workflow<D>>;
  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): IngressSendClient<Service<D>>;
  objectSendClient<D>(
    definition: VirtualObjectDefinitionFrom<D>,
    key: string,
  ): IngressSendClient<VirtualObject<D>>;
  /** A call by names alone. The input and the result are bytes unless serdes are given. */
  call<I = Uint8Array, O = Uint8Array>(call: Target<I> & { opts?: Opts<I, O> }): Promise<O>;
  /** A one-way call by names alone. */
  send<I = Uint8Array>(send: Target<I> & { opts?: SendOpts<I> }): Promise<Send>;
  /** Waits for the result of an invocation that was sent. */
  result<T>(send: Send<T>, serde?: Serde<T>): Promise<T>;
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): Promise<void>;
  rejectAwakeable(id: string, reason: string): Promise<void>;
}

export interface ConnectionOpts {
  /** Of the ingress, e.g. `http://localhost:8080`. */
  url: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Where none is named. Default: JSON. */
  serde?: Serde<any>;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
}
