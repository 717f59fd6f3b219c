import {
  type Call,
  codec,
  MessageType,
  type NotificationResult,
  type OneWayCall,
  type StateEntry,
} from "@pawl/protocol";
import type { AnyDefinition } from "../endpoint/endpoint.js";
import { type AttemptOutcome, InvocationServer, inOrder } from "../runtime/server.test.kit.js";
import { tsProtoService } from "./binding/ts-proto-service.js";
import { useContext } from "./binding/use-context.js";
import type { RestateContext } from "./context/restate-context.js";
import { type Greeter, protoMetadata, Request, type Response } from "./fixtures/ts-proto/test/services.js";

interface RunOptions {
  readonly key?: string;
  readonly version?: 5 | 6 | 7;
  readonly state?: readonly StateEntry[];
  /** False: state comes with the invocation. */
  readonly partialState?: boolean;
  /** Answers calls; default: with what they sent. */
  readonly callResult?: (call: Call) => NotificationResult;
}

/** An invocation that has ended, and what it left behind. */
export class Finished {
  constructor(
    readonly outcome: AttemptOutcome,
    readonly server: InvocationServer,
  ) {}

  /** The bytes of the result; undefined if it failed. */
  get output(): Uint8Array | undefined {
    const last = this.server.journal.at(-1);
    if (last?.type !== MessageType.Output) return undefined;
    const { result } = codec.Output.decode(last.payload);
    return result.kind === "value" ? result.value : undefined;
  }

  get failure() {
    const { result } = codec.Output.decode(this.server.journal.at(-1)!.payload);
    return result.kind === "failure" ? result.failure : undefined;
  }

  get calls(): Call[] {
    return this.#commands(MessageType.Call, codec.Call.decode);
  }

  get sends(): OneWayCall[] {
    return this.#commands(MessageType.OneWayCall, codec.OneWayCall.decode);
  }

  #commands<T>(type: number, decode: (payload: Uint8Array) => T): T[] {
    return this.server.journal.filter((entry) => entry.type === type).map((entry) => decode(entry.payload));
  }
}

/** Runs a handler to its end, on an input of bytes. */
export async function run(
  definition: AnyDefinition,
  handler: string,
  input: Uint8Array,
  options: RunOptions = {},
): Promise<Finished> {
  const { callResult, ...serverOptions } = options;
  const journal = [{ type: MessageType.Input, payload: codec.Input.encode({ headers: [], value: input }) }];
  const server = new InvocationServer(definition, handler, { ...serverOptions, journal });
  if (callResult !== undefined) server.callResult = callResult;
  server.start();
  return new Finished(await server.finish(inOrder), server);
}

export const requestBytes = (name: string): Uint8Array => Request.encode({ name }).finish();

/** A Greeter whose method `Greet` is this code. */
export function greeterWith(
  code: (ctx: RestateContext, request: Request) => Promise<unknown>,
): AnyDefinition {
  class Service implements Greeter {
    async greet(request: Request): Promise<Response> {
      const result = await code(useContext(this), request);
      return { greeting: typeof result === "string" ? result : JSON.stringify(result ?? null) };
    }
    async shout(): Promise<Response> {
      return { greeting: "" };
    }
    async ignore(): Promise<Record<string, never>> {
      return {};
    }
  }
  return tsProtoService({ descriptor: protoMetadata, service: "Greeter", instance: new Service() });
}

/** Runs this code as a method of an unkeyed protobuf service. @returns the result, as text, and what it left behind */
export async function runCode(
  code: (ctx: RestateContext, request: Request) => Promise<unknown>,
  options: RunOptions = {},
): Promise<Finished & { readonly text: string | undefined }> {
  const finished = await run(greeterWith(code), "Greet", requestBytes("Pete"), options);
  const { output } = finished;
  // The field's tag and length stand before its text.
  const text = output === undefined ? undefined : new TextDecoder().decode(output).slice(2);
  return Object.assign(finished, { text });
}
