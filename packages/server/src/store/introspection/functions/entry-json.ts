import {
  codec,
  type Failure,
  type InvocationTarget,
  isCommand,
  MessageType,
  messageName,
  type Notification,
  type NotificationId,
  type NotificationResult,
  type Outcome,
  ProtocolError,
} from "@pawl/protocol";

/*
 * Entries of a journal as JSON, in the shapes that the official command line tool reads. Source: Restate 1.7 as observed,
 * docs/introspection.md. Payloads are arrays of byte numbers; the lite form leaves payloads and what belongs to them away.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

/** What a command says, with its payload and without. */
interface Shape {
  readonly whole: Fields;
  readonly lite: Fields;
}

/** `Command: Run`, `Notification: Sleep`, `Notification: Signal`. */
export function entryType(type: number): string {
  return `${isCommand(type) ? "Command" : "Notification"}: ${kindOf(type)}`;
}

function kindOf(type: number): string {
  return messageName(type).replace(/Completion$/, "");
}

/** @param calleeId of calls: the id of the invocation that was called, null while it is not known */
export function entryJson(type: number, payload: Uint8Array, calleeId: string | null): string {
  const entry = isCommand(type)
    ? { Command: { [kindOf(type)]: commandShape(type, payload, calleeId).whole } }
    : { Notification: notificationJson(type, codec.Notification.decode(payload)) };
  return JSON.stringify(entry);
}

/** The same without payloads. */
export function entryLiteJson(type: number, payload: Uint8Array, calleeId: string | null): string {
  if (isCommand(type)) {
    const { name, ...lite } = commandShape(type, payload, calleeId).lite;
    return JSON.stringify({
      Command: { [kindOf(type)]: name === undefined || name === "" ? lite : { ...lite, name } },
    });
  }
  const { id, result } = codec.Notification.decode(payload);
  const ty: Json = type === MessageType.Signal ? "Signal" : { Completion: kindOf(type) };
  return JSON.stringify({ Notification: { ty, id: notificationId(id), result: RESULT_NAMES[result.kind] } });
}

function commandShape(type: number, payload: Uint8Array, calleeId: string | null): Shape {
  switch (type) {
    case MessageType.Input: {
      const { headers, value, name = "" } = codec.Input.decode(payload);
      const pairs = headers.map((header) => ({ name: header.key, value: header.value }));
      return { whole: { headers: pairs, payload: bytes(value), name }, lite: { name } };
    }
    case MessageType.Output: {
      const { result, name = "" } = codec.Output.decode(payload);
      return withResult({}, result, name);
    }
    case MessageType.GetLazyState: {
      const { key, resultCompletionId, name = "" } = codec.GetLazyState.decode(payload);
      return same({ key, completion_id: resultCompletionId, name });
    }
    case MessageType.SetState: {
      const { key, value, name = "" } = codec.SetState.decode(payload);
      return { whole: { key, value: bytes(value), name }, lite: { key, name } };
    }
    case MessageType.ClearState: {
      const { key, name = "" } = codec.ClearState.decode(payload);
      return same({ key, name });
    }
    case MessageType.ClearAllState:
      return same({ name: codec.ClearAllState.decode(payload).name ?? "" });
    case MessageType.GetLazyStateKeys: {
      const { resultCompletionId, name = "" } = codec.GetLazyStateKeys.decode(payload);
      return same({ completion_id: resultCompletionId, name });
    }
    case MessageType.GetEagerState: {
      const { key, result, name = "" } = codec.GetEagerState.decode(payload);
      return withResult({ key }, result, name);
    }
    case MessageType.GetEagerStateKeys: {
      const { keys, name = "" } = codec.GetEagerStateKeys.decode(payload);
      return { whole: { state_keys: keys, name }, lite: { name } };
    }
    case MessageType.GetPromise:
    case MessageType.PeekPromise: {
      const { key, resultCompletionId, name = "" } = codec.GetPromise.decode(payload);
      return same({ key, completion_id: resultCompletionId, name });
    }
    case MessageType.CompletePromise: {
      const { key, completion, resultCompletionId, name = "" } = codec.CompletePromise.decode(payload);
      const lite = { key, completion_id: resultCompletionId, name };
      return { whole: { key, value: resultJson(completion), completion_id: resultCompletionId, name }, lite };
    }
    case MessageType.Sleep: {
      const { wakeUpTime, resultCompletionId, name = "" } = codec.Sleep.decode(payload);
      return same({ wake_up_time: wakeUpTime, completion_id: resultCompletionId, name });
    }
    case MessageType.Call: {
      const call = codec.Call.decode(payload);
      return callShape(call, calleeId, {
        invocation_id_completion_id: call.invocationIdNotificationIdx,
        result_completion_id: call.resultCompletionId,
      });
    }
    case MessageType.OneWayCall: {
      const call = codec.OneWayCall.decode(payload);
      return callShape(call, calleeId, {
        invoke_time: call.invokeTime,
        invocation_id_completion_id: call.invocationIdNotificationIdx,
      });
    }
    case MessageType.SendSignal: {
      const { targetInvocationId, signal, result, name = "" } = codec.SendSignal.decode(payload);
      const id: Json = signal.kind === "index" ? { Index: signal.index } : { Name: signal.name };
      return withResult({ target_invocation_id: targetInvocationId, signal_id: id }, result, name);
    }
    case MessageType.Run: {
      const { resultCompletionId, name = "" } = codec.Run.decode(payload);
      return same({ completion_id: resultCompletionId, name });
    }
    case MessageType.AttachInvocation:
    case MessageType.GetInvocationOutput: {
      const { target, resultCompletionId, name = "" } = codec.AttachInvocation.decode(payload);
      return same({ target: targetJson(target), completion_id: resultCompletionId, name });
    }
    case MessageType.CompleteAwakeable: {
      const { awakeableId, result, name = "" } = codec.CompleteAwakeable.decode(payload);
      return withResult({ id: awakeableId }, result, name);
    }
    default:
      throw new ProtocolError("unknown-type", `${messageName(type)} is no entry of a journal`);
  }
}

function same(fields: Fields): Shape {
  return { whole: fields, lite: fields };
}

function withResult(fields: Fields, result: NotificationResult, name: string): Shape {
  return {
    whole: { ...fields, result: resultJson(result), name },
    lite: { ...fields, result: RESULT_NAMES[result.kind], name },
  };
}

type Callee = Pick<
  ReturnType<typeof codec.OneWayCall.decode>,
  "serviceName" | "handlerName" | "key" | "parameter" | "headers" | "idempotencyKey" | "name"
>;

/** Parts of the official shape that say nothing here: the entry does not know what the callee decides. */
const NO_SPAN: Json = {
  span_context: {
    trace_id: Array.from<number>({ length: 16 }).fill(0),
    span_id: Array.from<number>({ length: 8 }).fill(0),
    trace_flags: 0,
    is_remote: false,
    trace_state: "",
  },
  cause: null,
};
const NO_RETENTION: Json = { secs: 0, nanos: 0 };

function callShape(call: Callee, calleeId: string | null, ids: Fields): Shape {
  const { name = "" } = call;
  const callee = { invocation_id: calleeId ?? "", invocation_target: calleeTarget(call) };
  const request: Fields = {
    ...callee,
    span_context: NO_SPAN,
    parameter: bytes(call.parameter),
    headers: call.headers.map((header) => ({ name: header.key, value: header.value })),
    idempotency_key: call.idempotencyKey ?? null,
    completion_retention_duration: NO_RETENTION,
    journal_retention_duration: NO_RETENTION,
  };
  return { whole: { request, ...ids, name }, lite: { ...callee, ...ids, name } };
}

/** A call says whether its target has a key, and not what is behind it: an object stands for workflows, too. */
function calleeTarget({ serviceName, handlerName, key }: Callee): Json {
  if (key === "") return { Service: { name: serviceName, handler: handlerName, scope: null } };
  return {
    VirtualObject: { name: serviceName, key, handler: handlerName, handler_ty: "Exclusive", scope: null },
  };
}

function targetJson(target: InvocationTarget): Json {
  switch (target.kind) {
    case "invocationId":
      return { InvocationId: target.invocationId };
    case "idempotent":
      return {
        IdempotentRequest: {
          service_name: target.serviceName,
          service_key: target.serviceKey ?? null,
          handler_name: target.handlerName,
          idempotency_key: target.idempotencyKey,
        },
      };
    case "workflow":
      return { Workflow: { workflow_name: target.workflowName, key: target.workflowKey } };
  }
}

function notificationJson(type: number, { id, result }: Notification): Json {
  if (type === MessageType.Signal) {
    const signal: Json =
      id.kind === "namedSignal" ? { Name: id.name } : { Index: id.kind === "signal" ? id.index : id.id };
    return { Signal: { id: signal, result: resultJson(result) } };
  }
  const completion = { completion_id: id.kind === "completion" ? id.id : 0 };
  return { Completion: { [kindOf(type)]: { ...completion, ...completionFields(type, result) } } };
}

function completionFields(type: number, result: NotificationResult): Fields {
  if (result.kind === "invocationId") return { invocation_id: result.invocationId };
  if (result.kind === "stateKeys") return { state_keys: result.keys };
  return type === MessageType.SleepCompletion ? {} : { result: resultJson(result) };
}

function notificationId(id: NotificationId): Json {
  switch (id.kind) {
    case "completion":
      return { CompletionId: id.id };
    case "signal":
      return { SignalIndex: id.index };
    case "namedSignal":
      return { SignalName: id.name };
  }
}

const RESULT_NAMES: Readonly<Record<NotificationResult["kind"], string>> = {
  void: "Void",
  value: "Success",
  failure: "Failure",
  invocationId: "InvocationId",
  stateKeys: "StateKeys",
};

function resultJson(result: NotificationResult | Outcome): Json {
  switch (result.kind) {
    case "value":
      return { Success: bytes(result.value) };
    case "failure":
      return { Failure: failureJson(result.failure) };
    default:
      return RESULT_NAMES[result.kind];
  }
}

function failureJson({ code, message, metadata = [] }: Failure): Fields {
  const pairs = metadata.map(({ key, value }) => ({ key, value }));
  return { code, message, ...(pairs.length > 0 && { metadata: pairs }) };
}

function bytes(value: Uint8Array): readonly number[] {
  return Array.from(value);
}
