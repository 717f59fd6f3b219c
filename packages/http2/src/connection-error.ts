import { type ErrorCode, errorName } from "./error-codes.js";

/** The peer broke HTTP/2 in a way that ends the connection with all its streams. Source: RFC 9113, section 5.4.1. */
export class ConnectionError extends Error {
  /** As the codes of node:http2 begin, so that advice depends on one form only. */
  readonly code = "ERR_HTTP2_CONNECTION";
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode, cause: string) {
    super(`the peer broke HTTP/2: ${cause} (${errorName(errorCode)})`);
    this.name = "ConnectionError";
    this.errorCode = errorCode;
  }
}
