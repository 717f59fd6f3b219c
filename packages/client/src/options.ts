import type { Duration, Serde } from "@pawl/sdk";

export interface IngressCallOptions<I = unknown, O = unknown> {
  /** Requests with the same key are one invocation; later ones get its result. Not for workflows' `run`. */
  idempotencyKey?: string;
  /** Headers that the handler finds in its request. */
  headers?: Record<string, string>;
  /** Serde of the input. Default: the one given to `connect`, or JSON. */
  input?: Serde<I>;
  /** Serde of the result. Default: the one given to `connect`, or JSON. */
  output?: Serde<O>;
  /** Milliseconds until the request is given up. The invocation goes on. Not together with `signal`. */
  timeout?: number;
  /** Gives the request up when it is aborted. The invocation goes on. */
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
    return delay === undefined || typeof delay === "number" ? delay : durationMs(delay);
  }
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const durationMs = (d: Duration): number =>
  (d.days ?? 0) * DAY_MS +
  (d.hours ?? 0) * HOUR_MS +
  (d.minutes ?? 0) * MINUTE_MS +
  (d.seconds ?? 0) * SECOND_MS +
  (d.milliseconds ?? 0);

export namespace rpc {
  export const opts = <I, O>(options: IngressCallOptions<I, O>): Opts<I, O> => Opts.from(options);
  export const sendOpts = <I>(options: IngressSendOptions<I>): SendOpts<I> => SendOpts.from(options);
}
