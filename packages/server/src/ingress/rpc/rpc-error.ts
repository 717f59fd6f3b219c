import { Code } from "@connectrpc/connect";
import { MessageError } from "../../protobuf/mapping.js";
import { IngressError } from "../answer.js";
import { type RequestStatus, statusOfError } from "../meter.js";

export { Code };

/** A call that ends with an error, whatever the protocol. The message says what to do. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  constructor(
    readonly code: Code,
    message: string,
    /** Sent with it: a hint of the protocol, say. */
    readonly headers: Readonly<Record<string, string>> = {},
    /** Of the call: what the handler said beside the message. */
    readonly metadata: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Codes of what this server itself refuses. */
const CODES: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  405: Code.Unimplemented,
  413: Code.ResourceExhausted,
  429: Code.ResourceExhausted,
  503: Code.Unavailable,
};

export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof IngressError) {
    const headers = Object.entries(error.headers).map(([name, value]) => [name, String(value)]);
    const message = error.status === 429 ? `Resource exhausted: ${error.message}` : error.message;
    return new RpcError(CODES[error.status] ?? Code.Internal, message, Object.fromEntries(headers));
  }
  if (error instanceof MessageError) return badRequest(error.message);
  return new RpcError(Code.Internal, `internal error: ${error instanceof Error ? error.message : error}`);
}

/** The text of a request that cannot be decoded. Source: the documents of 2023, docs/compatibility.md. */
export function badRequest(why: string): RpcError {
  return new RpcError(Code.InvalidArgument, `Error when parsing request: ${why}`);
}

/** For the metrics: who is to blame. */
export function statusOf(error: unknown): RequestStatus {
  if (error instanceof IngressError) return statusOfError(error.status);
  return toRpcError(error).code === Code.Internal ? "ingress error" : "request error";
}
