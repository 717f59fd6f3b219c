import type { Failure } from "@pawl/protocol";
import { Code } from "./rpc-error.js";

/** Name in the metadata of a failure: the gRPC code that the handler chose. */
export const GRPC_STATUS_METADATA = "grpc-status";

/**
 * Codes of failures are statuses of HTTP. This is the inverse of Connect's table from codes to statuses
 * (https://connectrpc.com/docs/protocol#error-codes), which is the one that clients of both kinds expect.
 */
const BY_STATUS: ReadonlyMap<number, Code> = new Map([
  [400, Code.InvalidArgument],
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  [404, Code.NotFound],
  [408, Code.DeadlineExceeded],
  [409, Code.Aborted],
  [412, Code.FailedPrecondition],
  [413, Code.ResourceExhausted],
  [416, Code.OutOfRange],
  [429, Code.ResourceExhausted],
  [499, Code.Canceled],
  [500, Code.Internal],
  [501, Code.Unimplemented],
  [502, Code.Unavailable],
  [503, Code.Unavailable],
  [504, Code.DeadlineExceeded],
]);

/** The gRPC code of a handler's terminal failure. */
export function failureCode({ code, metadata = [] }: Failure): Code {
  const chosen = metadata.find(({ key }) => key.toLowerCase() === GRPC_STATUS_METADATA)?.value;
  if (chosen !== undefined) {
    const status = Number(chosen);
    return isCode(status) ? status : Code.Unknown;
  }
  // A handler that was written with gRPC's own codes.
  return isCode(code) ? code : (BY_STATUS.get(code) ?? Code.Unknown);
}

function isCode(code: number): code is Code {
  return Number.isInteger(code) && code >= Code.Canceled && code <= Code.Unauthenticated;
}
