import { type Duration, millisOrDurationToMillis, type Serde } from "@pawl/sdk/core";

export interface IngressCallOptions<I = unknown, O = unknown> {
  /** Requests with the same key are one invocation; later ones get its result. Not for workflows' `run`. */
  idempotencyKey?: string;
  /** Bounds how many run at a time, within a scope: see `Ingress.scope`. One or two parts, split by `/`. */
  limitKey?: string;
  /** Headers that the handler finds in its request. */
  headers?: Record<string, string>;
  /** Serde of the input. Default: that of the interface, or the one given to `connect`, or JSON. */
  input?: Serde<I>;
  /** Serde of the result. Default: that of the interface, or the one given to `connect`, or JSON. */
  output?: Serde<O>;
  /** Milliseconds until an attempt of the request is given up. The invocation goes on. Not together with `signal`. */
  timeout?: number;
  /** Gives the request up when it is aborted. The invocation goes on. Not together with `timeout`. */
  signal?: AbortSignal;
}

export interface IngressSendOptions<I> extends IngressCallOptions<I, void> {
  /** How long to wait before the invocation starts; a number is milliseconds. */
  delay?: number | Duration;
}

/** Options of one call, told apart from its input by their class. */
export class Opts<I = unknown, O = unknown> {
  constructor(readonly opts: IngressCallOptions<I, O>) {}

  static from<I = unknown, O = unknown>(opts: IngressCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }
}

/** Options of one send, told apart from its input by their class. */
export class SendOpts<I = unknown> {
  constructor(readonly opts: IngressSendOptions<I>) {}

  static from<I = unknown>(opts: IngressSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  /** Milliseconds; undefined if there is none. */
  delay(): number | undefined {
    const { delay } = this.opts;
    return delay === undefined ? undefined : millisOrDurationToMillis(delay);
  }
}

export namespace rpc {
  export const opts = <I, O>(options: IngressCallOptions<I, O>): Opts<I, O> => Opts.from(options);
  export const sendOpts = <I>(options: IngressSendOptions<I>): SendOpts<I> => SendOpts.from(options);
}

/** What a method of a client was called with. */
export interface Arguments {
  readonly parameter: unknown;
  readonly options: IngressCallOptions;
  /** Milliseconds. */
  readonly delay: number | undefined;
}

/**
 * `(input?, opts?)`: the options are known by their class.
 * @throws TypeError on anything else
 */
export function parseArguments(args: readonly unknown[]): Arguments {
  if (args.length > 2) throw new TypeError("A handler takes an input and options, nothing more.");
  const [first, second] = args;
  if (args.length === 1 && isOptions(first)) return { parameter: undefined, ...read(first) };
  if (second !== undefined && !isOptions(second)) {
    throw new TypeError(
      "Options are made with rpc.opts({...}) for calls, and rpc.sendOpts({...}) for sends.",
    );
  }
  return { parameter: first, ...read(second) };
}

type AnyOptions = Opts | SendOpts;
const isOptions = (value: unknown): value is AnyOptions => value instanceof Opts || value instanceof SendOpts;

function read(options: AnyOptions | undefined): Omit<Arguments, "parameter"> {
  return {
    options: (options?.opts ?? {}) as IngressCallOptions,
    delay: options instanceof SendOpts ? options.delay() : undefined,
  };
}
