// biome-ignore-all lint/suspicious/noExplicitAny: inference over handlers of every type
// biome-ignore-all lint/suspicious/noConfusingVoidType: void is how a handler without input spells it
import { recognizeAcrossCopies } from "../across-copies.js";
import type { HandlerDescriptors } from "../definitions/descriptor.js";
import type { InferInput, InferOutput } from "../definitions/types.js";
import type { Duration } from "../duration.js";
import type { Serde } from "../serde.js";
import type { InvocationHandle, InvocationPromise } from "./promise.js";

interface CommonOptions<I> {
  /** Serde of the input. Default: JSON, or the default serde of the calling service. */
  input?: Serde<I>;
  /** Calls with the same key are one invocation. Not for workflows' `run`. */
  idempotencyKey?: string;
  /** `level1` or `level1/level2`; needs a scope, and service protocol V7. */
  limitKey?: string;
  /** Headers that the callee finds in its request. They are compared on replay: no values that change. */
  headers?: Record<string, string>;
  /** Shown in the journal. */
  name?: string;
}

/** Options of one call; see `rpc.opts`. */
export type ClientCallOptions<I, O> = CommonOptions<I> & {
  /** Serde of the result. */
  output?: Serde<O>;
};

/** Options of one send; see `rpc.sendOpts`. */
export type ClientSendOptions<I> = CommonOptions<I> & {
  /** How long to wait before the invocation starts; a number is milliseconds. */
  delay?: Duration | number;
};

/**
 * Options of one call, told apart from its input by their class.
 *
 * @example
 * ```ts
 * const once = pawl.Opts.from<string, string>({ idempotencyKey: "greeting-of-pete" });
 * ```
 */
export class Opts<I, O> {
  static {
    recognizeAcrossCopies(Opts, "Opts");
  }

  readonly #opts: ClientCallOptions<I, O>;

  private constructor(opts: ClientCallOptions<I, O>) {
    this.#opts = opts;
  }

  static from<I, O>(opts: ClientCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }

  getOpts(): ClientCallOptions<I, O> {
    return this.#opts;
  }
}

/**
 * Options of one send, told apart from its input by their class.
 *
 * @example
 * ```ts
 * const later = pawl.SendOpts.from<string>({ delay: { hours: 1 } });
 * ```
 */
export class SendOpts<I> {
  static {
    recognizeAcrossCopies(SendOpts, "SendOpts");
  }

  readonly #opts: ClientSendOptions<I>;

  private constructor(opts: ClientSendOptions<I>) {
    this.#opts = opts;
  }

  static from<I>(opts: ClientSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  getOpts(): ClientSendOptions<I> {
    return this.#opts;
  }
}

/**
 * Options for calls and sends through clients, as their last argument.
 *
 * @example
 * ```ts
 * async function greetings(ctx: pawl.Context) {
 *   const Greeter = pawl.iface.service("Greeter", { greet: pawl.iface.json<string, string>() });
 *   await ctx.client(Greeter).greet("Pete", pawl.rpc.opts({ idempotencyKey: "greeting-of-pete" }));
 *   ctx.sendClient(Greeter).greet("Pete", pawl.rpc.sendOpts({ delay: { hours: 1 } }));
 * }
 * ```
 */
export namespace rpc {
  export const opts = <I, O>(options: ClientCallOptions<I, O>): Opts<I, O> => Opts.from(options);
  export const sendOpts = <I>(options: ClientSendOptions<I>): SendOpts<I> => SendOpts.from(options);
}

/** The type of the first of some arguments; unknown if there is none. */
export type InferArg<P> = P extends [infer A, ...any[]] ? A : unknown;

/** The handlers M as their callers see them: without a context, with options at the end. */
export type Client<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: any,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArg<P>, O>]]) => InvocationPromise<O>
    : never;
};

/** The handlers M as one-way calls. */
export type SendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (ctx: any, ...args: infer P) => void
    ? (...args: [...P, ...[opts?: SendOpts<InferArg<P>>]]) => InvocationHandle
    : never;
};

/**
 * The handlers of an interface as their callers see them.
 *
 * @example
 * ```ts
 * const Greeter = pawl.iface.service("Greeter", { greet: pawl.iface.json<string, string>() });
 * type Greeter = pawl.ClientFromDescriptors<(typeof Greeter)["_handlers"]>;
 * const welcome = (greeter: Greeter) => greeter.greet("Pete");
 * ```
 */
export type ClientFromDescriptors<H extends HandlerDescriptors> = {
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>) => InvocationPromise<InferOutput<H[K]>>
    : (
        input: InferInput<H[K]>,
        opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>,
      ) => InvocationPromise<InferOutput<H[K]>>;
};

/** The handlers of an interface as one-way calls. */
export type SendClientFromDescriptors<H extends HandlerDescriptors> = {
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: SendOpts<InferInput<H[K]>>) => InvocationHandle
    : (input: InferInput<H[K]>, opts?: SendOpts<InferInput<H[K]>>) => InvocationHandle;
};

interface GenericTarget<REQ> {
  service: string;
  method: string;
  parameter: REQ;
  /** Of an object or a workflow. */
  key?: string;
  headers?: Record<string, string>;
  /** Default: bytes. */
  inputSerde?: Serde<REQ>;
  idempotencyKey?: string;
  /** Needs service protocol V7. */
  scope?: string;
  /** Needs a scope, and service protocol V7. */
  limitKey?: string;
  /** Shown in the journal. */
  name?: string;
}

/**
 * A call by names alone.
 *
 * @example
 * ```ts
 * async function ask(ctx: pawl.Context, service: string) {
 *   const json = { inputSerde: pawl.serde.json, outputSerde: pawl.serde.json };
 *   const answer: string = await ctx.genericCall({ service, method: "ask", parameter: "why?", ...json });
 *   return answer;
 * }
 * ```
 */
export type GenericCall<REQ, RES> = GenericTarget<REQ> & {
  /** Default: bytes. */
  outputSerde?: Serde<RES>;
};

/** A one-way call by names alone. */
export type GenericSend<REQ> = GenericTarget<REQ> & {
  /** A number is milliseconds. */
  delay?: Duration | number;
};
