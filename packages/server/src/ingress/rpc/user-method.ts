import type { Response } from "../../partition/commands.js";
import type { ContractMethod } from "../../protobuf/contract.js";
import { MessageError, parseBinary, parseJson, parseJsonText } from "../../protobuf/mapping.js";
import { type Payload, toPayload, toResponse } from "../../protobuf/payload.js";
import type { ResolvedHandler } from "../../registry/schema.js";
import { idempotencyOf } from "../idempotency.js";
import { failureCode } from "./failure-codes.js";
import { failureMetadata } from "./failure-metadata.js";
import type { RpcHost } from "./host.js";
import { toInvokeMessage } from "./invocation.js";
import type { Answer, UnaryMethod, UnaryRequest, Work } from "./method.js";
import { Code, RpcError } from "./rpc-error.js";
import type { ReplyHeaders } from "./wire.js";

/** A method of a registered service: calling it is an invocation. */
export class UserMethod implements UnaryMethod {
  readonly kind = "unary";

  constructor(
    readonly contract: ContractMethod,
    readonly handler: ResolvedHandler,
  ) {}

  get input() {
    return this.contract.input;
  }

  get output() {
    return this.contract.output;
  }

  get types() {
    return this.contract.types;
  }

  get isIdempotent() {
    return this.contract.isIdempotent;
  }

  plan(host: RpcHost, request: UnaryRequest): Work {
    const idempotency = idempotencyOf(request.http);
    const invoke = toInvokeMessage(host, request.http, {
      handler: this.handler,
      payload: payloadOf(this.contract, request),
      idempotency,
    });
    return {
      kind: "ask",
      id: invoke.id,
      toCommand: (responder) => ({ kind: "request", invoke, mode: "call", responder }),
      toAnswer: (response) => {
        const fallback = idempotency === null ? null : host.now() + invoke.completionRetentionMs;
        return outcomeAnswer(this.contract, response, fallback);
      },
    };
  }
}

/** @throws MessageError */
function payloadOf(method: ContractMethod, { codec, data }: UnaryRequest): Payload {
  // Decoded also when there is no key in it: a handler is not given what is no message.
  if (codec === "binary") return toPayload(method, parseBinary(method.input, data), data);
  return toPayload(method, parseJson(method.input, parseJsonText(data), method.types));
}

/**
 * @param expiresAt for a result that was not kept before: until when it will be; null: it is not kept
 * @throws RpcError the handler's failure
 */
function outcomeAnswer(method: ContractMethod, response: Response, expiresAt: number | null): Answer {
  if (response.kind !== "outcome") throw new RpcError(Code.Internal, `internal error: ${response.kind}`);
  const { id, outcome, keptUntil } = response;
  const until = keptUntil ?? expiresAt;
  const headers = {
    "x-restate-id": id,
    ...(until !== null && { "idempotency-expires": new Date(until).toISOString() }),
  };
  if (outcome.kind === "failure") {
    const { failure } = outcome;
    throw new RpcError(failureCode(failure), failure.message, headers, failureMetadata(failure));
  }
  return { message: responseMessage(method, outcome.value, headers), headers };
}

/** @throws RpcError internal */
function responseMessage(method: ContractMethod, output: Uint8Array, headers: ReplyHeaders): Uint8Array {
  try {
    return toResponse(method, output);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw new RpcError(Code.Internal, `the handler's output cannot be an answer: ${error.message}`, headers);
  }
}
