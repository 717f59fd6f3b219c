import type { Serde } from "@pawl/sdk";
import type { ConnectionOpts, Ingress, Output, Send } from "./api.js";
import { type IngressCallOptions, Opts, SendOpts } from "./options.js";
import { createTransport, expectSuccess, type Transport } from "./transport.js";

/** The result of a workflow is not there yet (an answer of Restate's ingress, not a registered HTTP status). */
const NOT_READY = 470;

interface Target {
  readonly service: string;
  readonly key?: string;
}

/** @returns clients for the services behind an ingress; nothing is sent yet */
export function connect(options: ConnectionOpts): Ingress {
  return new IngressConnection(createTransport(options), options.serde ?? json) as Ingress;
}

const json: Serde<unknown> = {
  contentType: "application/json",
  serialize: (value) =>
    value === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(value)),
  deserialize: (data) => (data.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(data))),
};

const binary: Serde<Uint8Array> = {
  contentType: "application/octet-stream",
  serialize: (value) => value,
  deserialize: (data) => data,
};

class IngressConnection {
  constructor(
    private readonly transport: Transport,
    private readonly serde: Serde<unknown>,
  ) {}

  serviceClient({ name }: { name: string }): never {
    return this.#client({ service: name });
  }
  objectClient({ name }: { name: string }, key: string): never {
    return this.#client({ service: name, key });
  }
  serviceSendClient({ name }: { name: string }): never {
    return this.#sendClient({ service: name });
  }
  objectSendClient({ name }: { name: string }, key: string): never {
    return this.#sendClient({ service: name, key });
  }

  workflowClient({ name }: { name: string }, key: string): never {
    const target = { service: name, key };
    const path = `/restate/workflow/${encodeURIComponent(name)}/${encodeURIComponent(key)}`;
    const own: Record<string, (...args: unknown[]) => unknown> = {
      workflowSubmit: async (...args) => {
        const { parameter, options, delay } = parseArguments(args);
        return { ...(await this.#send(target, "run", parameter, options, delay)), attachable: true };
      },
      workflowAttach: async (opts) => {
        const { options } = parseArguments([opts]);
        const response = await this.transport({ method: "GET", path: `${path}/attach`, options });
        return (options.output ?? this.serde).deserialize(await expectSuccess(response));
      },
      workflowOutput: async (opts): Promise<Output<unknown>> => {
        const { options } = parseArguments([opts]);
        const response = await this.transport({ method: "GET", path: `${path}/output`, options });
        if (response.status === NOT_READY) return { ready: false };
        const result = (options.output ?? this.serde).deserialize(await expectSuccess(response));
        return { ready: true, result };
      },
    };
    return createProxy((handler) => own[handler] ?? this.#callMethod(target, handler));
  }

  call(call: Target & { handler: string; parameter: unknown; opts?: Opts }): Promise<unknown> {
    return this.#call(call, call.handler, call.parameter, { ...binaryByDefault, ...call.opts?.opts });
  }

  send(send: Target & { handler: string; parameter: unknown; opts?: SendOpts }): Promise<Send> {
    const options = { ...binaryByDefault, ...(send.opts?.opts as IngressCallOptions | undefined) };
    return this.#send(send, send.handler, send.parameter, options, send.opts?.delay());
  }

  async result(send: Send, serde: Serde<unknown> = this.serde): Promise<unknown> {
    const path = `/restate/invocation/${encodeURIComponent(send.invocationId)}/attach`;
    return serde.deserialize(await expectSuccess(await this.transport({ method: "GET", path })));
  }

  async resolveAwakeable(id: string, payload?: unknown, serde: Serde<unknown> = this.serde): Promise<void> {
    const body = payload === undefined ? undefined : serde.serialize(payload);
    await this.#completeAwakeable(id, "resolve", body, serde.contentType);
  }

  async rejectAwakeable(id: string, reason: string): Promise<void> {
    await this.#completeAwakeable(id, "reject", new TextEncoder().encode(reason), "text/plain");
  }

  async #completeAwakeable(id: string, how: string, body?: Uint8Array, contentType?: string): Promise<void> {
    const path = `/restate/awakeables/${encodeURIComponent(id)}/${how}`;
    const payload = { ...(body && { body }), ...(contentType !== undefined && { contentType }) };
    await expectSuccess(await this.transport({ method: "POST", path, ...payload }));
  }

  #client(target: Target): never {
    return createProxy((handler) => this.#callMethod(target, handler));
  }

  #callMethod(target: Target, handler: string): (...args: unknown[]) => unknown {
    return async (...args) => {
      const { parameter, options } = parseArguments(args);
      return this.#call(target, handler, parameter, options);
    };
  }

  #sendClient(target: Target): never {
    return createProxy((handler) => async (...args) => {
      const { parameter, options, delay } = parseArguments(args);
      return this.#send(target, handler, parameter, options, delay);
    });
  }

  async #call(
    target: Target,
    handler: string,
    parameter: unknown,
    options: IngressCallOptions,
  ): Promise<unknown> {
    const response = await this.#post(pathOf(target, handler), parameter, options);
    return (options.output ?? this.serde).deserialize(await expectSuccess(response));
  }

  async #send(
    target: Target,
    handler: string,
    parameter: unknown,
    options: IngressCallOptions,
    delayMs: number | undefined,
  ): Promise<Send> {
    const query = delayMs === undefined ? "" : `?delay=${delayMs}ms`;
    const response = await this.#post(`${pathOf(target, handler)}/send${query}`, parameter, options);
    const { invocationId, status } = json.deserialize(await expectSuccess(response)) as Send;
    return { invocationId, status, attachable: options.idempotencyKey !== undefined };
  }

  #post(path: string, parameter: unknown, options: IngressCallOptions): Promise<Response> {
    const serde = options.input ?? this.serde;
    // A handler without input is called without a body, and so without a content type.
    const body = parameter === undefined ? undefined : serde.serialize(parameter);
    const { contentType } = serde;
    const payload = { ...(body && { body }), ...(contentType !== undefined && { contentType }) };
    return this.transport({ method: "POST", path, options, ...payload });
  }
}

const binaryByDefault = { input: binary as Serde<unknown>, output: binary as Serde<unknown> };

function pathOf({ service, key }: Target, handler: string): string {
  const segments = key === undefined ? [service, handler] : [service, key, handler];
  return `/${segments.map(encodeURIComponent).join("/")}`;
}

interface Arguments {
  readonly parameter: unknown;
  readonly options: IngressCallOptions;
  readonly delay: number | undefined;
}

/** `(input?, opts?)`: the options are known by their class. */
function parseArguments(args: unknown[]): Arguments {
  const last = args.at(-1);
  const parameter = args.length > 1 || !isOptions(last) ? args[0] : undefined;
  if (last instanceof SendOpts) {
    return { parameter, options: last.opts as IngressCallOptions, delay: last.delay() };
  }
  return { parameter, options: last instanceof Opts ? last.opts : {}, delay: undefined };
}

const isOptions = (value: unknown): boolean => value instanceof Opts || value instanceof SendOpts;

/** An object that has a method for every name. */
function createProxy(method: (name: string) => (...args: unknown[]) => unknown): never {
  const proxy = new Proxy(
    {},
    {
      // A client is not a promise, although it has a method for every name.
      get: (_target, name) => (typeof name !== "string" || name === "then" ? undefined : method(name)),
    },
  );
  return proxy as never;
}
