/** Commands that start other invocations or refer to them. Every command has `name = 12`. */
import type * as message from "../messages.js";
import { type Header, type InvocationTarget, MessageType } from "../messages.js";
import type { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";
import { type Draft, type MessageCodec, messageCodec } from "./message-codec.js";
import { NO_BYTES, readHeader, writeHeaders } from "./nested.js";

function writeCall(w: ProtoWriter, m: message.Call): void {
  if (m.serviceName !== "") w.text(0x0a, m.serviceName); // service_name = 1
  if (m.handlerName !== "") w.text(0x12, m.handlerName); // handler_name = 2
  if (m.parameter.length > 0) w.bytes(0x1a, m.parameter); // parameter bytes = 3
  writeHeaders(w, 0x22, m.headers); // headers = 4
  if (m.key !== "") w.text(0x2a, m.key); // key = 5
  if (m.idempotencyKey !== undefined) w.text(0x32, m.idempotencyKey); // idempotency_key = 6
  if (m.scope !== undefined) w.text(0x3a, m.scope); // scope = 7
  if (m.limitKey !== undefined) w.text(0x42, m.limitKey); // limit_key = 8
  // invocation_id_notification_idx = 10
  if (m.invocationIdNotificationIdx !== 0) w.uint32(0x50, m.invocationIdNotificationIdx);
  if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
  if (m.name) w.text(0x62, m.name); // name = 12
}

function readCall(r: ProtoReader): message.Call {
  const headers: Header[] = [];
  const m: Draft<message.Call> = {
    serviceName: "",
    handlerName: "",
    parameter: NO_BYTES,
    headers,
    key: "",
    invocationIdNotificationIdx: 0,
    resultCompletionId: 0,
  };
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        m.serviceName = r.text();
        break;
      case 0x12:
        m.handlerName = r.text();
        break;
      case 0x1a:
        m.parameter = r.bytes();
        break;
      case 0x22:
        headers.push(readHeader(r));
        break;
      case 0x2a:
        m.key = r.text();
        break;
      case 0x32:
        m.idempotencyKey = r.text();
        break;
      case 0x3a:
        m.scope = r.text();
        break;
      case 0x42:
        m.limitKey = r.text();
        break;
      case 0x50:
        m.invocationIdNotificationIdx = r.uint32();
        break;
      case 0x58:
        m.resultCompletionId = r.uint32();
        break;
      case 0x62:
        m.name = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

export const Call = messageCodec<message.Call>("Call", MessageType.Call, writeCall, readCall);

function writeOneWayCall(w: ProtoWriter, m: message.OneWayCall): void {
  if (m.serviceName !== "") w.text(0x0a, m.serviceName); // service_name = 1
  if (m.handlerName !== "") w.text(0x12, m.handlerName); // handler_name = 2
  if (m.parameter.length > 0) w.bytes(0x1a, m.parameter); // parameter bytes = 3
  if (m.invokeTime !== 0) w.safeUint64(0x20, m.invokeTime); // invoke_time = 4
  writeHeaders(w, 0x2a, m.headers); // headers = 5
  if (m.key !== "") w.text(0x32, m.key); // key = 6
  if (m.idempotencyKey !== undefined) w.text(0x3a, m.idempotencyKey); // idempotency_key = 7
  if (m.scope !== undefined) w.text(0x42, m.scope); // scope = 8
  if (m.limitKey !== undefined) w.text(0x4a, m.limitKey); // limit_key = 9
  // invocation_id_notification_idx = 10
  if (m.invocationIdNotificationIdx !== 0) w.uint32(0x50, m.invocationIdNotificationIdx);
  if (m.name) w.text(0x62, m.name); // name = 12
}

function readOneWayCall(r: ProtoReader): message.OneWayCall {
  const headers: Header[] = [];
  const m: Draft<message.OneWayCall> = {
    serviceName: "",
    handlerName: "",
    parameter: NO_BYTES,
    headers,
    key: "",
    invokeTime: 0,
    invocationIdNotificationIdx: 0,
  };
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        m.serviceName = r.text();
        break;
      case 0x12:
        m.handlerName = r.text();
        break;
      case 0x1a:
        m.parameter = r.bytes();
        break;
      case 0x20:
        m.invokeTime = r.safeUint64();
        break;
      case 0x2a:
        headers.push(readHeader(r));
        break;
      case 0x32:
        m.key = r.text();
        break;
      case 0x3a:
        m.idempotencyKey = r.text();
        break;
      case 0x42:
        m.scope = r.text();
        break;
      case 0x4a:
        m.limitKey = r.text();
        break;
      case 0x50:
        m.invocationIdNotificationIdx = r.uint32();
        break;
      case 0x62:
        m.name = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

export const OneWayCall = messageCodec<message.OneWayCall>(
  "OneWayCall",
  MessageType.OneWayCall,
  writeOneWayCall,
  readOneWayCall,
);

type IdempotentTarget = Extract<InvocationTarget, { kind: "idempotent" }>;
type WorkflowTarget = Extract<InvocationTarget, { kind: "workflow" }>;

/** IdempotentRequestTarget { service_name = 1, service_key = 2, handler_name = 3, idempotency_key = 4, scope = 5 } */
function writeIdempotentTarget(w: ProtoWriter, tag: number, t: IdempotentTarget): void {
  const opened = w.open(tag);
  if (t.serviceName !== "") w.text(0x0a, t.serviceName);
  if (t.serviceKey !== undefined) w.text(0x12, t.serviceKey);
  if (t.handlerName !== "") w.text(0x1a, t.handlerName);
  if (t.idempotencyKey !== "") w.text(0x22, t.idempotencyKey);
  if (t.scope !== undefined) w.text(0x2a, t.scope);
  w.close(opened);
}

function readIdempotentTarget(r: ProtoReader): IdempotentTarget {
  const outer = r.enter();
  const t: Draft<IdempotentTarget> = {
    kind: "idempotent",
    serviceName: "",
    handlerName: "",
    idempotencyKey: "",
  };
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) t.serviceName = r.text();
    else if (tag === 0x12) t.serviceKey = r.text();
    else if (tag === 0x1a) t.handlerName = r.text();
    else if (tag === 0x22) t.idempotencyKey = r.text();
    else if (tag === 0x2a) t.scope = r.text();
    else r.skip(tag);
  }
  r.leave(outer);
  return t;
}

/** WorkflowTarget { workflow_name = 1, workflow_key = 2, scope = 3 } */
function writeWorkflowTarget(w: ProtoWriter, tag: number, t: WorkflowTarget): void {
  const opened = w.open(tag);
  if (t.workflowName !== "") w.text(0x0a, t.workflowName);
  if (t.workflowKey !== "") w.text(0x12, t.workflowKey);
  if (t.scope !== undefined) w.text(0x1a, t.scope);
  w.close(opened);
}

function readWorkflowTarget(r: ProtoReader): WorkflowTarget {
  const outer = r.enter();
  const t: Draft<WorkflowTarget> = { kind: "workflow", workflowName: "", workflowKey: "" };
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) t.workflowName = r.text();
    else if (tag === 0x12) t.workflowKey = r.text();
    else if (tag === 0x1a) t.scope = r.text();
    else r.skip(tag);
  }
  r.leave(outer);
  return t;
}

/** AttachInvocation and GetInvocationOutput differ by type only. */
function writeAttach(w: ProtoWriter, m: message.AttachInvocation): void {
  switch (m.target.kind) {
    case "invocationId":
      w.text(0x0a, m.target.invocationId); // invocation_id = 1
      break;
    case "idempotent":
      writeIdempotentTarget(w, 0x1a, m.target); // idempotent_request_target = 3
      break;
    case "workflow":
      writeWorkflowTarget(w, 0x22, m.target); // workflow_target = 4
  }
  if (m.resultCompletionId !== 0) w.uint32(0x58, m.resultCompletionId); // result_completion_id = 11
  if (m.name) w.text(0x62, m.name); // name = 12
}

function readAttach(r: ProtoReader): message.AttachInvocation {
  let target: InvocationTarget | undefined;
  let resultCompletionId = 0;
  let name: string | undefined;
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) target = { kind: "invocationId", invocationId: r.text() };
    else if (tag === 0x1a) target = readIdempotentTarget(r);
    else if (tag === 0x22) target = readWorkflowTarget(r);
    else if (tag === 0x58) resultCompletionId = r.uint32();
    else if (tag === 0x62) name = r.text();
    else r.skip(tag);
  }
  if (target === undefined) throw r.missing("target");
  return name === undefined ? { target, resultCompletionId } : { target, resultCompletionId, name };
}

export const AttachInvocation: MessageCodec<message.AttachInvocation> = messageCodec(
  "AttachInvocation",
  MessageType.AttachInvocation,
  writeAttach,
  readAttach,
);

export const GetInvocationOutput: MessageCodec<message.AttachInvocation> = messageCodec(
  "GetInvocationOutput",
  MessageType.GetInvocationOutput,
  writeAttach,
  readAttach,
);
