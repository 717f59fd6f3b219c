import { type HandlerDescriptor, type JournalValueCodec, type Serde, serde } from "@pawl/sdk/core";
import type { ConnectionOpts, Send } from "./api.js";
import type { IngressCallOptions } from "./options.js";
import type { IngressRequest, Transport } from "./transport.js";

const EMPTY = new Uint8Array(0);

/** A handler, and where it is. */
export interface Target {
  readonly service: string;
  readonly key?: string | undefined;
  readonly scope?: string | undefined;
  readonly handler: string;
  /** Of an interface. */
  readonly descriptor?: HandlerDescriptor | undefined;
}

/** Makes requests of values, and values of answers. */
export class Caller {
  readonly #codec: JournalValueCodec | undefined;
  readonly #serde: Serde<unknown> | undefined;

  constructor(
    private readonly transport: Transport,
    options: Pick<ConnectionOpts, "journalValueCodec" | "serde">,
  ) {
    this.#codec = options.journalValueCodec;
    this.#serde = options.serde;
  }

  async call(target: Target, parameter: unknown, options: IngressCallOptions): Promise<unknown> {
    const { input, output } = this.#serdesOf(target, parameter, options);
    const answer = await this.transport({
      method: "POST",
      path: pathOf(target, "call"),
      options,
      repeatable: options.idempotencyKey !== undefined,
      ...this.#toPayload(parameter, input),
    });
    return this.#read(answer, output);
  }

  /** @param repeatable whether it is the same invocation when it is sent twice */
  async send(
    target: Target,
    parameter: unknown,
    options: IngressCallOptions,
    delayMs: number | undefined,
    repeatable = options.idempotencyKey !== undefined,
  ): Promise<Send> {
    const query = delayMs ? `?delay=${delayMs}ms` : "";
    const answer = await this.transport({
      method: "POST",
      path: pathOf(target, "send") + query,
      options,
      repeatable,
      ...this.#toPayload(parameter, this.#serdesOf(target, parameter, options).input),
    });
    const { invocationId, status } = serde.json.deserialize(answer) as Send;
    return { invocationId, status, attachable: repeatable };
  }

  /** Asks for a result that exists, or will. */
  async result(
    request: Pick<IngressRequest, "method" | "path" | "body" | "contentType" | "options">,
    output: Serde<unknown> | undefined,
  ): Promise<unknown> {
    return this.#read(await this.transport({ ...request, repeatable: true }), output ?? this.#default);
  }

  async resolveAwakeable(id: string, payload: unknown, input: Serde<unknown> = this.#default): Promise<void> {
    await this.#completeAwakeable(id, "resolve", this.#toPayload(payload, input));
  }

  async rejectAwakeable(id: string, reason: string): Promise<void> {
    await this.#completeAwakeable(id, "reject", {
      body: new TextEncoder().encode(reason),
      contentType: "text/plain",
    });
  }

  async #completeAwakeable(id: string, how: string, payload: Payload): Promise<void> {
    const path = `/restate/awakeables/${encodeURIComponent(id)}/${how}`;
    await this.transport({ method: "POST", path, repeatable: false, ...payload });
  }

  get #default(): Serde<unknown> {
    return this.#serde ?? serde.json;
  }

  /** Bytes that nobody named a serde for are sent as they are, and answered likewise: that is what their types say. */
  #serdesOf({ descriptor }: Target, parameter: unknown, options: IngressCallOptions): Serdes {
    const named = options.input ?? descriptor?._inputSerde ?? this.#serde;
    const isPlainBytes = named === undefined && parameter instanceof Uint8Array;
    const unnamed = isPlainBytes ? (serde.binary as Serde<unknown>) : serde.json;
    return {
      input: named ?? unnamed,
      output: options.output ?? descriptor?._outputSerde ?? this.#serde ?? unnamed,
    };
  }

  /** A handler without input is called without a body, and so without a content type. */
  #toPayload(value: unknown, input: Serde<unknown>): Payload {
    // Serdes that know no undefined may give it back.
    const bytes = (input.serialize(value) as Uint8Array | undefined) ?? EMPTY;
    if (value === undefined && bytes.length === 0 && this.#codec === undefined) return {};
    return { body: this.#codec?.encode(bytes) ?? bytes, contentType: input.contentType };
  }

  async #read(answer: Uint8Array, output: Serde<unknown>): Promise<unknown> {
    return output.deserialize(this.#codec === undefined ? answer : await this.#codec.decode(answer));
  }
}

interface Serdes {
  readonly input: Serde<unknown>;
  readonly output: Serde<unknown>;
}

interface Payload {
  readonly body?: Uint8Array;
  readonly contentType?: string | undefined;
}

function pathOf({ service, key, scope, handler }: Target, how: "call" | "send"): string {
  const segments = key === undefined ? [service, handler] : [service, key, handler];
  const path = segments.map(encodeURIComponent).join("/");
  if (scope !== undefined) return `/restate/scope/${encodeURIComponent(scope)}/${how}/${path}`;
  return how === "send" ? `/${path}/send` : `/${path}`;
}
