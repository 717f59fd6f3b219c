import {
  type Call,
  codec,
  formatInvocationId,
  type InvocationTarget,
  MessageType,
  type OneWayCall,
  parseInvocationId,
} from "@pawl/protocol";
import { HandlerKind, InvokedBy } from "../../store/store.js";
import type { InvokeMessage } from "../commands.js";
import { derivedId, idempotentId, retentionOf, workflowRunId } from "../identity.js";
import { formatTarget, type Invocation } from "../model.js";
import type { Partition } from "../partition.js";
import type { HandlerMeta } from "../registry.js";
import { CommandRefused } from "./refused.js";

export function applyCall(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const call = codec.Call.decode(payload);
  const message = toInvoke(p, invocation, call, null, call.resultCompletionId);
  p.append(invocation, MessageType.Call, payload);
  send(p, invocation, call, message);
}

export function applyOneWayCall(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const call = codec.OneWayCall.decode(payload);
  const message = toInvoke(p, invocation, call, call.invokeTime > p.now ? call.invokeTime : null, null);
  p.append(invocation, MessageType.OneWayCall, payload);
  send(p, invocation, call, message);
}

function send(p: Partition, invocation: Invocation, call: Call | OneWayCall, message: InvokeMessage): void {
  p.appendCompletion(invocation, MessageType.CallInvocationIdCompletion, call.invocationIdNotificationIdx, {
    kind: "invocationId",
    invocationId: message.id,
  });
  p.send(message);
}

function toInvoke(
  p: Partition,
  invocation: Invocation,
  call: Call | OneWayCall,
  scheduledFor: number | null,
  completionId: number | null,
): InvokeMessage {
  const { serviceName, handlerName } = call;
  const meta = p.registry.handler(serviceName, handlerName);
  if (meta === undefined) {
    throw new CommandRefused(
      "RT0018",
      `there is no handler ${serviceName}/${handlerName}: register its deployment first`,
    );
  }
  const isKeyed = meta.kind !== HandlerKind.Service;
  if (!isKeyed && call.key !== "") {
    throw new CommandRefused("RT0017", `${serviceName} is a service without keys, but was called with a key`);
  }
  if (call.idempotencyKey === "") throw new CommandRefused("RT0017", "the idempotency key is empty");
  refuseFlowControl(call.scope, call.limitKey);
  const target = {
    service: serviceName,
    handler: handlerName,
    key: isKeyed ? keyOf(meta, call) : null,
    kind: meta.kind,
  };
  // A workflow's key is its idempotency key already: another one does no harm.
  const idempotencyKey = meta.kind === HandlerKind.WorkflowRun ? null : (call.idempotencyKey ?? null);
  const derived = derivedId(target, idempotencyKey);
  const id = derived ?? p.env.newInvocationId(target.key, invocation.id);
  const traceparent = p.env.traceparentOf(invocation, id, completionId === null);
  return {
    kind: "invoke",
    id,
    isDerivedId: derived !== null,
    target,
    headers: call.headers,
    input: call.parameter,
    idempotencyKey,
    invokedBy: InvokedBy.Service,
    invokedById: invocation.id,
    invokedByTarget: formatTarget(invocation.target),
    scheduledFor,
    traceparent,
    tracestate: isSameTrace(traceparent, invocation.traceparent) ? invocation.tracestate : null,
    ...retentionOf(meta, idempotencyKey),
    waiter:
      completionId === null ? null : { id: invocation.id, completionId, type: MessageType.CallCompletion },
  };
}

/** What vendors say of a trace is not true of another one, such as a one-way call's own. */
function isSameTrace(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && traceIdOf(a) === traceIdOf(b);
}

/** A traceparent is `version-trace-parent-flags`. */
function traceIdOf(traceparent: string): string | undefined {
  return traceparent.split("-", 2)[1];
}

/**
 * A caller that knows a proto service by name only cannot know the key: it is in the request. What cannot be read goes to the
 * empty key, where the handler refuses it.
 */
function keyOf(meta: HandlerMeta, { key, parameter }: Call | OneWayCall): string {
  return key === "" ? (meta.keyOf?.(parameter) ?? "") : key;
}

function refuseFlowControl(scope: string | undefined, limitKey: string | undefined): void {
  if (scope === undefined && limitKey === undefined) return;
  throw new CommandRefused(
    "RT0017",
    "scopes and limit keys need flow control, which this server does not have",
  );
}

export function applyAttach(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { target, resultCompletionId } = codec.AttachInvocation.decode(payload);
  const id = resolve(target);
  p.append(invocation, MessageType.AttachInvocation, payload);
  const waiter = {
    id: invocation.id,
    completionId: resultCompletionId,
    type: MessageType.AttachInvocationCompletion,
  };
  p.send({ kind: "attach", id, waiter });
}

export function applyGetOutput(p: Partition, invocation: Invocation, payload: Uint8Array): void {
  const { target, resultCompletionId } = codec.GetInvocationOutput.decode(payload);
  const id = resolve(target);
  p.append(invocation, MessageType.GetInvocationOutput, payload);
  const waiter = {
    id: invocation.id,
    completionId: resultCompletionId,
    type: MessageType.GetInvocationOutputCompletion,
  };
  p.send({ kind: "output", id, waiter });
}

function resolve(target: InvocationTarget): string {
  switch (target.kind) {
    case "invocationId":
      return formatInvocationId(parseInvocationId(target.invocationId));
    case "workflow":
      refuseFlowControl(target.scope, undefined);
      return workflowRunId(target.workflowName, target.workflowKey);
    case "idempotent":
      refuseFlowControl(target.scope, undefined);
      return idempotentId(
        { service: target.serviceName, handler: target.handlerName, key: target.serviceKey ?? null },
        target.idempotencyKey,
      );
  }
}
