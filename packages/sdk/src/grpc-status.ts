/**
 * The status codes of gRPC, which errors of protobuf services carry.
 *
 * @example
 * ```ts
 * const nobody = new pawl.TerminalError("There is no such user", { errorCode: pawl.ErrorCodes.NOT_FOUND });
 * ```
 */
export const ErrorCodes = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type ErrorCodes = (typeof ErrorCodes)[keyof typeof ErrorCodes];

/**
 * Where a failure on the wire carries its gRPC status: the codes there are those of HTTP, of which there are fewer.
 * @internal
 */
export const GRPC_STATUS_METADATA = "grpc-status";

/** By code. Connect's table, where it has several codes for a status with those that can be told apart again. */
const httpStatuses: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500, 401,
];

/** For failures that come from elsewhere, with nothing but an HTTP status. The server has the same table. */
const grpcCodes: Readonly<Record<number, ErrorCodes>> = {
  400: ErrorCodes.INVALID_ARGUMENT,
  401: ErrorCodes.UNAUTHENTICATED,
  403: ErrorCodes.PERMISSION_DENIED,
  404: ErrorCodes.NOT_FOUND,
  408: ErrorCodes.DEADLINE_EXCEEDED,
  409: ErrorCodes.ABORTED,
  412: ErrorCodes.FAILED_PRECONDITION,
  413: ErrorCodes.RESOURCE_EXHAUSTED,
  416: ErrorCodes.OUT_OF_RANGE,
  429: ErrorCodes.RESOURCE_EXHAUSTED,
  499: ErrorCodes.CANCELLED,
  500: ErrorCodes.INTERNAL,
  501: ErrorCodes.UNIMPLEMENTED,
  502: ErrorCodes.UNAVAILABLE,
  503: ErrorCodes.UNAVAILABLE,
  504: ErrorCodes.DEADLINE_EXCEEDED,
};

/** Whether a code is one of an error in gRPC: HTTP statuses begin far above. */
export function isGrpcErrorCode(code: number): code is ErrorCodes {
  return Number.isInteger(code) && code > ErrorCodes.OK && code <= ErrorCodes.UNAUTHENTICATED;
}

/** The closest HTTP status. */
export function httpStatusOf(code: ErrorCodes): number {
  return httpStatuses[code]!;
}

/**
 * The gRPC status of an error's code, whichever of both kinds it is.
 *
 * @example
 * ```ts
 * const code = pawl.grpcCodeOf(404); // ErrorCodes.NOT_FOUND
 * ```
 */
export function grpcCodeOf(code: number): ErrorCodes {
  return isGrpcErrorCode(code) ? code : (grpcCodes[code] ?? ErrorCodes.UNKNOWN);
}
