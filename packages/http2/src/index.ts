/** HTTP/2 (RFC 9113) as bytes in and bytes out, for clients and servers. */
export type { ResponseFields } from "./client/response-fields.js";
export {
  ClientSession,
  type ClientSessionOwner,
  type ClientStream,
  type ClientStreamOwner,
} from "./client/session.js";
export { ConnectionError } from "./connection-error.js";
export { ErrorCode, errorName } from "./error-codes.js";
export { FrameOutput } from "./frame-output.js";
export { FrameParser, type FrameSink } from "./frame-parser.js";
export { LARGEST_FRAME_BYTES, PREFACE } from "./frame-types.js";
export { encodeFields, encodeName, HeaderBlock } from "./hpack/encoder.js";
export type { RequestFields, RequestHeaders } from "./server/request-fields.js";
export {
  ServerSession,
  type ServerSessionOwner,
  type ServerStream,
  type ServerStreamOwner,
} from "./server/session.js";
export type { SessionOwner } from "./session.js";
export type { Http2Stream, StreamOwner } from "./stream.js";
