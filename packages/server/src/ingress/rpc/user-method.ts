import type { Response } from "../../partition/commands.js";
import type { ContractMethod } from "../../protobuf/contract.js";
import { keyText } from "../../protobuf/key.js";
import { parseBinary, parseJson, parseJsonText, writeBinary } from "../../protobuf/mapping.js";
import type { ResolvedHandler } from "../../registry/schema.js";
import { idempotencyOf } from "../idempotency.js";
import { failureCode } from "./failure-codes.js";
import { failureMetadata } from "./failure-metadata.js";
import type { RpcHost } from "./host.js";
import { toInvokeMessage } from "./invocation.js";
import type { Answer, UnaryMethod, UnaryRequest, Work } from "./method.js";
import { Code, RpcError } from "./rpc-error.js";

/** What handlers of proto services are given, and answer with. */
export const PROTO_CONTENT_TYPE = "application/proto";

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
      ...toInput(this.contract, request),
      contentType: PROTO_CONTENT_TYPE,
      idempotency,
    });
    return {
      kind: "ask",
      id: invoke.id,
      toCommand: (responder) => ({ kind: "request", invoke, mode: "call", responder }),
      toAnswer: (response) => {
        const fallback = idempotency === null ? null : host.now() + invoke.completionRetentionMs;
        return outcomeAnswer(response, fallback);
      },
    };
  }
}

/** @throws MessageError */
function toInput(
  method: ContractMethod,
  { codec, data }: UnaryRequest,
): { readonly key: string | null; readonly input: Uint8Array } {
  if (codec === "binary") {
    // Decoded also when there is no key in it: a handler is not given what is no message.
    const key = keyText(method, parseBinary(method.input, data));
    return { key, input: data };
  }
  const message = parseJson(method.input, parseJsonText(data), method.types);
  return { key: keyText(method, message), input: writeBinary(method.input, message) };
}

/**
 * @param expiresAt for a result that was not kept before: until when it will be; null: it is not kept
 * @throws RpcError the handler's failure
 */
function outcomeAnswer(response: Response, expiresAt: number | null): Answer {
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
  return { message: outcome.value, headers };
}
