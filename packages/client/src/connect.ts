import type { Serde } from "@pawl/sdk/core";
import type { ConnectionOpts, Ingress, Send } from "./api.js";
import { Caller } from "./caller.js";
import { createClients } from "./clients.js";
import { type IngressCallOptions, type Opts, SendOpts } from "./options.js";
import { createTransport, type Transport } from "./transport.js";

/** @returns clients for the services behind an ingress; nothing is sent yet */
export function connect(options: ConnectionOpts): Ingress {
  return createIngress(options, createTransport(options));
}

interface GenericCall {
  readonly service: string;
  readonly handler: string;
  readonly parameter: unknown;
  readonly key?: string;
  readonly scope?: string;
  readonly opts?: Opts | SendOpts;
}

export function createIngress(options: ConnectionOpts, transport: Transport): Ingress {
  const caller = new Caller(transport, options);
  const ingress = {
    ...createClients(caller, undefined),
    scope: (scope: string) => createClients(caller, scope),
    call: ({ parameter, opts, ...target }: GenericCall) => caller.call(target, parameter, optionsOf(opts)),
    send: ({ parameter, opts, ...target }: GenericCall) =>
      caller.send(target, parameter, optionsOf(opts), opts instanceof SendOpts ? opts.delay() : undefined),
    result: async ({ invocationId, attachable }: Send, serde?: Serde<unknown>) => {
      if (!attachable) {
        throw new TypeError(
          `The result of ${invocationId} is not kept: send it with an idempotency key to ask for it later.`,
        );
      }
      const path = `/restate/invocation/${encodeURIComponent(invocationId)}/attach`;
      return caller.result({ method: "GET", path }, serde);
    },
    resolveAwakeable: (id: string, payload?: unknown, serde?: Serde<unknown>) =>
      caller.resolveAwakeable(id, payload, serde),
    rejectAwakeable: (id: string, reason: string) => caller.rejectAwakeable(id, reason),
  };
  return ingress as unknown as Ingress;
}

const optionsOf = (opts: Opts | SendOpts | undefined): IngressCallOptions =>
  (opts?.opts ?? {}) as IngressCallOptions;
