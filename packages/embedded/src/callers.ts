import type { Serde } from "@pawl/sdk";
import {
  type ClientCallOptions,
  type ClientSendOptions,
  type JournalValueCodec,
  Opts,
  SendOpts,
  serde,
  TerminalError,
} from "@pawl/sdk";
import { type InProcessEndpoint, toMillis } from "@pawl/sdk/in-process";
import { CallRefusedError, type LocalCall, type LocalCaller } from "@pawl/server/embedded";
import type { AppClients, CallPromise, Sent, WorkflowOutput } from "./clients.js";

interface Definition {
  readonly name: string;
}

type Options = ClientCallOptions<unknown, unknown> & Pick<ClientSendOptions<unknown>, "delay">;
type Method = (...args: unknown[]) => unknown;
/** What carries calls out. */
export type Caller = Pick<
  LocalCaller,
  "call" | "send" | "attach" | "output" | "workflowId" | "completeAwakeable" | "cancel" | "kill"
>;
type Outcome = Awaited<ReturnType<LocalCaller["attach"]>>;
type Failure = Extract<Outcome, { kind: "failure" }>["failure"];

/**
 * The clients of an app.
 * @param caller asked for each call: the server behind the app may be another one by then
 * @param codec what the endpoint's `journalValueCodecProvider` gives
 */
export function createClients(
  endpoint: InProcessEndpoint,
  caller: () => Caller,
  codec: JournalValueCodec | undefined,
): AppClients {
  return new Clients(endpoint, caller, codec) as unknown as AppClients;
}

class Clients {
  constructor(
    readonly endpoint: InProcessEndpoint,
    readonly caller: () => Caller,
    readonly codec: JournalValueCodec | undefined,
  ) {}

  serviceClient({ name }: Definition): unknown {
    return methods((handler) => this.#caller(name, null, handler));
  }

  objectClient({ name }: Definition, key: string): unknown {
    return methods((handler) => this.#caller(name, key, handler));
  }

  serviceSendClient({ name }: Definition): unknown {
    return methods((handler) => this.#sender(name, null, handler));
  }

  objectSendClient({ name }: Definition, key: string): unknown {
    return methods((handler) => this.#sender(name, key, handler));
  }

  workflowClient({ name }: Definition, key: string): unknown {
    const output = this.#serdes(name, "run").output;
    const own: Record<string, Method> = {
      workflowSubmit: this.#sender(name, key, "run"),
      workflowAttach: rejecting(() => {
        const id = this.caller().workflowId(name, key);
        return withId(id, this.attach(id, output));
      }),
      workflowOutput: async (): Promise<WorkflowOutput<unknown>> => {
        const caller = this.caller();
        const outcome = await caller.output(caller.workflowId(name, key));
        return outcome === undefined
          ? { ready: false }
          : { ready: true, result: await this.#read(outcome, output) };
      },
    };
    return methods((handler) => own[handler] ?? this.#caller(name, key, handler));
  }

  async result({ invocationId, output }: Sent): Promise<unknown> {
    return this.attach(invocationId, output);
  }

  async attach(invocationId: string, output: Serde<unknown> = serde.json): Promise<unknown> {
    return this.#read(await this.caller().attach(invocationId), output);
  }

  async resolveAwakeable(id: string, payload?: unknown, used: Serde<unknown> = serde.json): Promise<void> {
    const value = payload === undefined ? new Uint8Array() : this.#write(used, payload);
    await this.caller().completeAwakeable(id, { kind: "value", value });
  }

  async rejectAwakeable(id: string, reason: string | TerminalError): Promise<void> {
    const { code, message } = typeof reason === "string" ? new TerminalError(reason) : reason;
    await this.caller().completeAwakeable(id, { kind: "failure", failure: { code, message } });
  }

  async cancel(invocationId: string): Promise<void> {
    await this.caller().cancel(invocationId);
  }

  async kill(invocationId: string): Promise<void> {
    await this.caller().kill(invocationId);
  }

  #caller(service: string, key: string | null, handler: string): Method {
    return rejecting((...args) => {
      const { parameter, options } = parseArguments(args);
      const { call, output } = this.#toCall(service, key, handler, parameter, options);
      const { id, outcome } = this.caller().call(call);
      return withId(
        id,
        outcome.then((settled) => this.#read(settled, output)),
      );
    });
  }

  #sender(service: string, key: string | null, handler: string): Method {
    return async (...args): Promise<Sent> => {
      const { parameter, options } = parseArguments(args);
      const { call, output } = this.#toCall(service, key, handler, parameter, options);
      const { delay } = options;
      const accepted = await this.caller().send({
        ...call,
        ...(delay !== undefined && { delayMs: toMillis(delay, "A delay") }),
      });
      const status = accepted.isDuplicate ? "PreviouslyAccepted" : "Accepted";
      return { invocationId: accepted.id, status, output };
    };
  }

  #toCall(
    service: string,
    key: string | null,
    handler: string,
    parameter: unknown,
    options: Options,
  ): { readonly call: LocalCall; readonly output: Serde<unknown> } {
    const serdes = this.#serdes(service, handler);
    const { headers, idempotencyKey } = options;
    const call: LocalCall = {
      service,
      key,
      handler,
      input: this.#write(options.input ?? serdes.input, parameter),
      ...(headers && { headers }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    };
    return { call, output: options.output ?? serdes.output };
  }

  /** JSON is made anew; other bytes may be the caller's own, who may write to them again. */
  #write(used: Serde<unknown>, value: unknown): Uint8Array {
    const bytes = used.serialize(value);
    if (this.codec !== undefined) return this.codec.encode(bytes);
    return used === serde.json ? bytes : bytes.slice();
  }

  /** @throws TerminalError when the handler failed */
  async #read(outcome: Outcome, used: Serde<unknown>): Promise<unknown> {
    if (outcome.kind === "failure") throw toTerminalError(outcome.failure);
    const { value } = outcome;
    if (this.codec !== undefined) return used.deserialize(await this.codec.decode(value));
    return used.deserialize(used === serde.json ? value : value.slice());
  }

  /** Of a service that is registered here but runs elsewhere: JSON. */
  #serdes(service: string, handler: string): { input: Serde<unknown>; output: Serde<unknown> } {
    return this.endpoint.serdesOf(service, handler) ?? { input: serde.json, output: serde.json };
  }
}

function toTerminalError({ code, message, metadata }: Failure): TerminalError {
  return new TerminalError(message, {
    errorCode: code,
    ...(metadata && { metadata: Object.fromEntries(metadata.map(({ key, value }) => [key, value])) }),
  });
}

function withId<T>(invocationId: string, promise: Promise<T>): CallPromise<T> {
  return Object.assign(promise, { invocationId });
}

/** An async function rejects; it does not throw. */
function rejecting(call: (...args: unknown[]) => CallPromise<unknown>): Method {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      return withId("", Promise.reject(error));
    }
  };
}

/** `(input?, opts?)`: the options are known by their class. */
function parseArguments(args: unknown[]): { readonly parameter: unknown; readonly options: Options } {
  const last = args.at(-1);
  if (last instanceof Opts || last instanceof SendOpts) {
    return { parameter: args.length > 1 ? args[0] : undefined, options: last.getOpts() as Options };
  }
  if (args.length > 1) {
    throw new CallRefusedError(
      "bad-request",
      "the second argument of a call must be rpc.opts(...) or rpc.sendOpts(...)",
    );
  }
  return { parameter: args[0], options: {} };
}

/** An object that has a method for every name, each made once. */
function methods(make: (name: string) => Method): unknown {
  const made = new Map<string, Method>();
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        // A client is not a promise, although it has a method for every name.
        if (typeof name !== "string" || name === "then") return undefined;
        let method = made.get(name);
        if (method === undefined) {
          method = make(name);
          made.set(name, method);
        }
        return method;
      },
    },
  );
}
