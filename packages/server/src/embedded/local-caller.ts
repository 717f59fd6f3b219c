import {
  formatInvocationId,
  type Outcome,
  ProtocolError,
  parseAwakeableId,
  parseInvocationId,
} from "@pawl/protocol";
import type { Runtime } from "../node/runtime.js";
import type { Command, InvokeMessage, Responder, Response } from "../partition/commands.js";
import type { InvocationDescription } from "../partition/describe.js";
import { derivedId, retentionOf, workflowRunId } from "../partition/identity.js";
import { journalFullMessage } from "../partition/limits.js";
import { HandlerKind, InvokedBy } from "../store/store.js";
import { traceHeaders } from "../telemetry/tracing/trace-context.js";
import { CallRefusedError } from "./call-refused.js";

export interface LocalCall {
  readonly service: string;
  /** null for unkeyed services. */
  readonly key: string | null;
  readonly handler: string;
  /** Taken over: it must not be written to again. */
  readonly input: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
}

export interface LocalSend extends LocalCall {
  readonly delayMs?: number;
}

export interface Accepted {
  readonly id: string;
  /** There was one with this idempotency key, or workflow key, already. */
  readonly isDuplicate: boolean;
}

/** A call under way: its id is known at once, its outcome when it is durable. */
export interface PendingCall {
  readonly id: string;
  readonly outcome: Promise<Outcome>;
}

interface LocalCallerOptions {
  readonly now: () => number;
  readonly requestSizeLimitBytes: number;
  /** Calls that wait for an answer at a time. */
  readonly concurrentRequestsLimit: number;
}

/** Calls from the program that the server is part of: commands for the node, without an ingress between. */
export class LocalCaller {
  readonly #runtime: Runtime;
  readonly #options: LocalCallerOptions;
  readonly #waiting = new Set<(error: CallRefusedError) => void>();
  #stopped: CallRefusedError | null = null;

  constructor(runtime: Runtime, options: LocalCallerOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** @throws CallRefusedError at once when the call cannot be made */
  call(call: LocalCall): PendingCall {
    const invoke = this.#toInvoke(call, null);
    return {
      id: invoke.id,
      outcome: this.#ask(
        (responder) => ({ kind: "request", invoke, mode: "call", responder }),
        (response) => toOutcome(response),
      ),
    };
  }

  /** Resolves once the invocation is durable. */
  async send({ delayMs = 0, ...call }: LocalSend): Promise<Accepted> {
    const scheduledFor = delayMs > 0 ? this.#options.now() + delayMs : null;
    const invoke = this.#toInvoke(call, scheduledFor);
    return this.#ask(
      (responder) => ({ kind: "request", invoke, mode: "send", responder }),
      (response) => {
        if (response.kind !== "accepted") throw unexpected(response);
        return { id: response.id, isDuplicate: response.isDuplicate };
      },
    );
  }

  /** Waits for the outcome of an invocation. */
  async attach(id: string): Promise<Outcome> {
    const known = checkInvocationId(id);
    return this.#ask((responder) => ({ kind: "attachRequest", id: known, responder }), toOutcome);
  }

  /** @returns the outcome if there is one already */
  async output(id: string): Promise<Outcome | undefined> {
    const known = checkInvocationId(id);
    return this.#ask(
      (responder) => ({ kind: "outputRequest", id: known, responder }),
      (response) => (response.kind === "not-ready" ? undefined : toOutcome(response)),
    );
  }

  /** The one invocation that a workflow's key stands for. @throws CallRefusedError when the key is no text */
  workflowId(workflow: string, key: string): string {
    checkText("key", key);
    return workflowRunId(workflow, key);
  }

  /** Resolves once it is durable, whether or not somebody still waits for the awakeable. */
  async completeAwakeable(awakeableId: string, result: Outcome): Promise<void> {
    const { invocationId, signalIndex } = checkId(() => parseAwakeableId(awakeableId));
    const id = formatInvocationId(invocationId);
    await this.#ask(
      (responder) => ({
        kind: "signalRequest",
        id,
        signal: { kind: "signal", index: signalIndex },
        result,
        responder,
      }),
      (response) => {
        if (response.kind === "journal-full") {
          throw new CallRefusedError("journal-full", journalFullMessage(response.limit));
        }
      },
    );
  }

  async cancel(id: string): Promise<void> {
    await this.#change("cancelRequest", id);
  }

  async kill(id: string): Promise<void> {
    await this.#change("killRequest", id);
  }

  /** What an operator sees of an invocation, with its journal. */
  async describe(id: string): Promise<InvocationDescription> {
    const known = checkInvocationId(id);
    return this.#ask(
      (responder) => ({ kind: "describeRequest", id: known, responder }),
      (response) => {
        if (response.kind === "description") return response.description;
        throw notFound(known);
      },
    );
  }

  /** Rejects what waits, and all that comes. */
  stop(cause?: unknown): void {
    this.#stopped ??= new CallRefusedError(
      "closed",
      cause === undefined
        ? "the server was closed. What was durable goes on when it is opened again"
        : "the server failed, and is closed. What was durable goes on when it is opened again",
      { cause },
    );
    for (const reject of this.#waiting) reject(this.#stopped);
    this.#waiting.clear();
  }

  async #change(kind: "cancelRequest" | "killRequest", id: string): Promise<void> {
    const known = checkInvocationId(id);
    await this.#ask(
      (responder) => ({ kind, id: known, responder }),
      (response) => {
        if (response.kind === "not-found") throw notFound(known);
      },
    );
  }

  #ask<T>(toCommand: (responder: Responder) => Command, read: (response: Response) => T): Promise<T> {
    if (this.#stopped !== null) return Promise.reject(this.#stopped);
    const { concurrentRequestsLimit } = this.#options;
    if (this.#waiting.size >= concurrentRequestsLimit) {
      const message = `more than ${concurrentRequestsLimit} calls wait for an answer: wait for some of them first, or raise ingress.concurrent-api-requests-limit`;
      return Promise.reject(new CallRefusedError("too-many", message));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const respond = (response: Response): void => {
        if (!this.#waiting.delete(reject)) return;
        try {
          resolve(read(response));
        } catch (error) {
          reject(error);
        }
      };
      this.#runtime.submit(toCommand({ respond }));
    });
  }

  #toInvoke(call: LocalCall, scheduledFor: number | null): InvokeMessage {
    const { service, key, handler, input, headers = {}, idempotencyKey = null } = call;
    const { registry } = this.#runtime;
    const resolved = registry.handler(service, handler);
    if (resolved === undefined) {
      const what = registry.hasService(service)
        ? `service '${service}' has no handler '${handler}'`
        : `service '${service}' is not registered: give it to open() with the others`;
      throw new CallRefusedError("unknown-target", what);
    }
    const isKeyed = resolved.kind !== HandlerKind.Service;
    // Without types it may be undefined.
    if (isKeyed !== (key != null)) {
      const what = isKeyed ? "needs a key" : "has no keys";
      throw new CallRefusedError("unknown-target", `'${service}' is a ${resolved.serviceType}: it ${what}`);
    }
    checkText("key", key);
    checkText("idempotencyKey", idempotencyKey);
    for (const [name, value] of Object.entries(headers)) checkText(`header ${name}`, value);
    if (idempotencyKey === "") throw new CallRefusedError("bad-request", "the idempotency key is empty");
    if (idempotencyKey !== null && resolved.kind === HandlerKind.WorkflowRun) {
      throw new CallRefusedError(
        "bad-request",
        "a workflow's run takes no idempotency key: the workflow's key is one already",
      );
    }
    const { requestSizeLimitBytes } = this.#options;
    if (input.byteLength > requestSizeLimitBytes) {
      throw new CallRefusedError(
        "bad-request",
        `the input has ${input.byteLength} bytes, and may have ${requestSizeLimitBytes} (ingress.request-size-limit)`,
      );
    }
    const target = { service, handler, key, kind: resolved.kind };
    const derived = derivedId(target, idempotencyKey);
    return {
      kind: "invoke",
      id: derived ?? this.#runtime.newInvocationId(key),
      isDerivedId: derived !== null,
      target,
      headers: Object.entries(headers).map(([name, value]) => ({ key: name.toLowerCase(), value })),
      input,
      idempotencyKey,
      invokedBy: InvokedBy.Ingress,
      invokedById: null,
      invokedByTarget: null,
      scheduledFor,
      ...traceHeaders(headers.traceparent ?? null, headers.tracestate ?? null),
      ...retentionOf(resolved, idempotencyKey),
      waiter: null,
    };
  }
}

/** What types promise and programs without them break: the core takes no other values, and would fail as a whole. */
function checkText(what: string, value: unknown): void {
  if (value === null || typeof value === "string") return;
  throw new CallRefusedError("bad-request", `the ${what} must be a string, and is ${value}`);
}

function toOutcome(response: Response): Outcome {
  if (response.kind === "outcome") return response.outcome;
  if (response.kind === "not-found") throw notFound(response.id);
  throw unexpected(response);
}

function notFound(id: string): CallRefusedError {
  return new CallRefusedError("not-found", `there is no invocation ${id}, or it is not kept any more`);
}

function unexpected({ kind }: Response): Error {
  return new Error(`the server answered '${kind}'`);
}

function checkInvocationId(id: string): string {
  return checkId(() => formatInvocationId(parseInvocationId(id)));
}

/** @throws CallRefusedError when it is no id */
function checkId<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ProtocolError) throw new CallRefusedError("bad-request", error.message);
    throw error;
  }
}
