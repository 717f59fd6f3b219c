import { MessageType } from "@pawl/protocol";
import type { GenericCall, GenericSend } from "../context/calls.js";
import type { ScopedContext } from "../context/context.js";
import type {
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "../context/promise.js";
import type { DescriptorKind, HandlerDescriptors } from "../definitions/descriptor.js";
import { toMillis } from "../duration.js";
import type { CallRequest } from "../machine/commands.js";
import { type Serde, serde } from "../serde.js";
import { type ClientTarget, createCallClient, createSendClient } from "./clients.js";
import { AllSettled, type CombinableNode, Constant } from "./combinators.js";
import { CalledLeaf, neverCalled, SentInvocation } from "./invocation-handles.js";
import type { Operations } from "./operations.js";

/** A definition or a descriptor. One that is written by hand may have nothing but the name. */
interface Definition {
  readonly name: string;
  readonly _kind?: DescriptorKind;
  readonly _handlers?: HandlerDescriptors;
}

/** Calls and sends, by names or through clients. */
export class CallOperations {
  /** Ids of the calls since the last `cancelPrevious`. Only kept where cancellation is explicit. */
  readonly #previous: CombinableNode<InvocationId>[] = [];

  constructor(private readonly operations: Operations) {}

  call<REQ, RES>(call: GenericCall<REQ, RES>): InvocationPromise<RES> {
    const { attempt } = this.operations;
    const request = this.#toRequest(MessageType.Call, call);
    const handles = request && attempt.perform((machine) => machine.call(request));
    attempt.development?.called(call);
    if (handles === undefined) return neverCalled();
    const outputSerde = call.outputSerde ?? (serde.binary as unknown as Serde<RES>);
    const related = attempt.machine.latestCommand;
    const decode = this.operations.decoder(outputSerde, undefined as RES, related);
    const called = new CalledLeaf(attempt, handles, decode);
    attempt.development?.created(called, related);
    if (!attempt.machine.cancelsImplicitly) this.#previous.push(called.invocationId);
    return called;
  }

  /** @returns the ids of the calls that were cancelled: all since the last time */
  cancelPrevious(): RestatePromise<InvocationId[]> {
    const { attempt } = this.operations;
    return new AllSettled(attempt, this.#previous.splice(0)).map((results) => {
      const ids = results!.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      for (const id of ids) this.operations.perform((machine) => machine.cancelInvocation(id));
      return ids;
    });
  }

  send<REQ>(send: GenericSend<REQ>): InvocationHandle {
    const { attempt } = this.operations;
    const request = this.#toRequest(MessageType.OneWayCall, send);
    const delayMs = send.delay === undefined ? 0 : toMillis(send.delay, "A delay");
    const invokeTime = delayMs > 0 ? attempt.now() + delayMs : 0;
    const handle = request && attempt.perform((machine) => machine.send(request, invokeTime));
    return handle === undefined ? { invocationId: Constant.pending() } : new SentInvocation(attempt, handle);
  }

  /** Clients of all kinds; of those inside of a scope if one is given. */
  clients(scope?: string): ScopedContext {
    const { defaultSerde } = this.operations;
    const call =
      (toTarget: ToTarget) =>
      (definition: Definition, key?: string): never => {
        const target = toTarget(definition, key, scope);
        return createCallClient(target, definition._handlers ?? {}, defaultSerde, (request) =>
          this.call(request),
        );
      };
    const send =
      (toTarget: ToTarget) =>
      (definition: Definition, key?: string): never => {
        const target = toTarget(definition, key, scope);
        return createSendClient(target, definition._handlers ?? {}, defaultSerde, (request) =>
          this.send(request),
        );
      };
    return {
      serviceClient: call(unkeyedTarget),
      objectClient: call(keyedTarget),
      workflowClient: call(keyedTarget),
      serviceSendClient: send(unkeyedTarget),
      objectSendClient: send(keyedTarget),
      workflowSendClient: send(keyedTarget),
      client: call(targetByKind),
      sendClient: send(targetByKind),
    };
  }

  #toRequest<REQ>(type: number, call: GenericCall<REQ, never> | GenericSend<REQ>): CallRequest | undefined {
    const inputSerde = call.inputSerde ?? (serde.binary as unknown as Serde<REQ>);
    const parameter = this.operations.serialize(type, inputSerde, call.parameter);
    if (parameter === undefined) return undefined;
    const { service, method, key, headers, idempotencyKey, scope, limitKey, name } = call;
    return {
      service,
      handler: method,
      parameter,
      ...(key !== undefined && { key }),
      ...(headers && { headers: Object.entries(headers).map(([k, value]) => ({ key: k, value })) }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(scope !== undefined && { scope }),
      ...(limitKey !== undefined && { limitKey }),
      ...(name !== undefined && { name }),
    };
  }
}

type ToTarget = (definition: Definition, key?: string, scope?: string) => ClientTarget;

const unkeyedTarget: ToTarget = ({ name }, _key, scope) => ({
  service: name,
  ...(scope !== undefined && { scope }),
});

/** @throws TypeError for a key that is no text: the server would take it for another one */
const keyedTarget: ToTarget = (definition, key, scope) => {
  const { name } = definition;
  if (typeof key !== "string") {
    throw new TypeError(`A key is a string: ${name} cannot be called with the key ${key}.`);
  }
  return { ...unkeyedTarget(definition, key, scope), key };
};

/** A definition that is written by hand may say nothing of its kind: then the key does. */
const targetByKind: ToTarget = (definition, key, scope) => {
  const { _kind = key === undefined ? "service" : "object" } = definition;
  return (_kind === "service" ? unkeyedTarget : keyedTarget)(definition, key, scope);
};
