import type { HandlerDescriptor } from "@pawl/sdk/core";
import type { Output, ScopedIngress } from "./api.js";
import type { Caller, Target } from "./caller.js";
import { HttpCallError } from "./errors.js";
import { type Arguments, parseArguments } from "./options.js";

/** The result of a workflow is not there yet (an answer of Restate's ingress, not a registered HTTP status). */
const NOT_READY = 470;

/** A definition or a descriptor at run time. */
interface Named {
  readonly name: string;
  readonly _handlers?: Record<string, HandlerDescriptor>;
}

/** Clients of all kinds; `scope` undefined: of what is in no scope. */
export function createClients(caller: Caller, scope: string | undefined): ScopedIngress {
  const targetOf = ({ name, _handlers }: Named, key: string | undefined, handler: string): Target => ({
    service: name,
    key,
    scope,
    handler,
    descriptor: _handlers?.[handler],
  });
  const callOf =
    (definition: Named, key?: string) =>
    (handler: string): Handle =>
    ({ parameter, options }) =>
      caller.call(targetOf(definition, key, handler), parameter, options);
  const callClient = (definition: Named, key?: string): Client => createProxy(callOf(definition, key));
  const sendClient = (definition: Named, key?: string): Client =>
    createProxy(
      (handler) =>
        ({ parameter, options, delay }) =>
          caller.send(targetOf(definition, key, handler), parameter, options, delay),
    );

  const workflowClient = (definition: Named, key: string): Client => {
    const run = targetOf(definition, key, "run");
    const call = callOf(definition, key);
    const result = (how: "attach" | "output", { options }: Arguments): Promise<unknown> =>
      caller.result(
        { ...workflowRequest(run, how), options },
        options.output ?? run.descriptor?._outputSerde,
      );
    const own: Record<string, Handle> = {
      workflowSubmit: ({ parameter, options, delay }) => caller.send(run, parameter, options, delay, true),
      workflowAttach: (args) => result("attach", args),
      workflowOutput: async (args): Promise<Output<unknown>> => {
        try {
          return { ready: true, result: await result("output", args) };
        } catch (error) {
          if (error instanceof HttpCallError && error.status === NOT_READY) return notReady;
          throw error;
        }
      },
    };
    return createProxy((handler) => own[handler] ?? call(handler));
  };

  const clients = {
    serviceClient: (definition: Named) => callClient(definition),
    objectClient: callClient,
    workflowClient,
    serviceSendClient: (definition: Named) => sendClient(definition),
    objectSendClient: sendClient,
    client: callClient,
    sendClient,
  };
  return clients as unknown as ScopedIngress;
}

const notReady: Output<never> = {
  ready: false,
  get result(): never {
    throw new Error("The workflow has no result yet: look at `ready` first.");
  },
};

/** The path has no place for a scope; a target as JSON does. */
function workflowRequest({ service, key, scope }: Target, how: "attach" | "output") {
  if (scope === undefined) {
    const path = `/restate/workflow/${encodeURIComponent(service)}/${encodeURIComponent(key!)}/${how}`;
    return { method: "GET" as const, path };
  }
  const target = { target: "workflow", workflowName: service, workflowKey: key, scope };
  return {
    method: "POST" as const,
    path: `/restate/${how}`,
    body: new TextEncoder().encode(JSON.stringify(target)),
    contentType: "application/json",
  };
}

type Client = Record<string, (...args: unknown[]) => Promise<unknown>>;
type Handle = (args: Arguments) => Promise<unknown>;

/** An object that has a method for every name. */
function createProxy(handle: (name: string) => Handle): Client {
  return new Proxy<Client>(
    {},
    {
      get: (_target, name) => {
        // A client is not a promise, although it has a method for every name.
        if (typeof name !== "string" || name === "then") return undefined;
        return async (...args: unknown[]) => handle(name)(parseArguments(args));
      },
    },
  );
}
