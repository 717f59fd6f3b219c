import {
  type ClientCallOptions,
  type GenericCall,
  type GenericSend,
  Opts,
  SendOpts,
} from "../context/calls.js";
import type { InvocationHandle, InvocationPromise } from "../context/promise.js";
import type { HandlerDescriptors } from "../definitions/descriptor.js";
import type { Serde } from "../serde.js";

/** Whom a client calls. */
export interface ClientTarget {
  readonly service: string;
  readonly key?: string;
  readonly scope?: string;
}

type AnyOptions = ClientCallOptions<unknown, unknown>;

/** `(input?, opts?)`: the options are known by their class. */
function parseArguments(args: unknown[]): { parameter: unknown; options: AnyOptions } {
  const last = args.at(-1);
  if (last instanceof Opts || last instanceof SendOpts) {
    return { parameter: args.length > 1 ? args[0] : undefined, options: last.getOpts() as AnyOptions };
  }
  if (args.length > 1)
    throw new TypeError("The second argument of a call must be rpc.opts(...) or rpc.sendOpts(...).");
  return { parameter: args[0], options: {} };
}

type Method = (...args: unknown[]) => unknown;

/** An object that has a method for every name. */
function createClient(method: (name: string) => Method): never {
  const methods = new Map<PropertyKey, Method>();
  const proxy = new Proxy({} as Record<PropertyKey, Method>, {
    get: (_target, name) => {
      // A client is not a promise, although it has a method for every name.
      if (typeof name !== "string" || name === "then") return undefined;
      let found = methods.get(name);
      if (found === undefined) {
        found = method(name);
        methods.set(name, found);
      }
      return found;
    },
  });
  return proxy as never;
}

/** @param declared the serdes of the handlers, as far as the definition knows them; `defaultSerde` serves the others */
export function createCallClient(
  target: ClientTarget,
  declared: HandlerDescriptors,
  defaultSerde: Serde<unknown>,
  call: (call: GenericCall<unknown, unknown>) => InvocationPromise<unknown>,
): never {
  return createClient((method) => (...args) => {
    const { parameter, options } = parseArguments(args);
    const { _inputSerde = defaultSerde, _outputSerde = defaultSerde } = declared[method] ?? {};
    const { input = _inputSerde, output = _outputSerde, ...rest } = options;
    return call({ ...target, method, parameter, inputSerde: input, outputSerde: output, ...rest });
  });
}

/** @param declared the serdes of the handlers, as far as the definition knows them; `defaultSerde` serves the others */
export function createSendClient(
  target: ClientTarget,
  declared: HandlerDescriptors,
  defaultSerde: Serde<unknown>,
  send: (send: GenericSend<unknown>) => InvocationHandle,
): never {
  return createClient((method) => (...args) => {
    const { parameter, options } = parseArguments(args);
    const { _inputSerde = defaultSerde } = declared[method] ?? {};
    const { input = _inputSerde, output: _, ...rest } = options;
    return send({ ...target, method, parameter, inputSerde: input, ...rest });
  });
}
