import type { OutgoingHttpHeaders } from "node:http";
import { errorJson } from "./connect.js";
import { END_STREAM_FLAG, encodeEnvelope } from "./envelope.js";
import { grpcHeaders, OK, statusTrailers } from "./grpc.js";
import { encodeText, trailersEnvelope } from "./grpc-web.js";
import type { Protocol } from "./protocol.js";
import type { RpcError } from "./rpc-error.js";
import type { ReplyHeaders } from "./wire.js";

/** How a stream of answers ends. */
export interface StreamEnd {
  /** The last bytes of the body. */
  readonly bytes: Uint8Array;
  readonly trailers: ReplyHeaders | null;
}

const NOTHING = new Uint8Array();

export function streamHeaders({ kind, contentType }: Protocol): OutgoingHttpHeaders {
  if (kind === "connectStream") return { "content-type": contentType };
  return kind === "grpc"
    ? { ...grpcHeaders(contentType), trailer: "grpc-status, grpc-message" }
    : { ...grpcHeaders(contentType) };
}

export function streamMessage(protocol: Protocol, message: Uint8Array): Uint8Array {
  return encodeText(protocol, encodeEnvelope(0, message));
}

/** @param error undefined: all went well */
export function streamEnd(protocol: Protocol, error: RpcError | undefined): StreamEnd {
  if (protocol.kind === "connectStream") {
    const json = JSON.stringify(error === undefined ? {} : { error: errorJson(error) });
    return { bytes: encodeEnvelope(END_STREAM_FLAG, Buffer.from(json)), trailers: null };
  }
  const trailers = error === undefined ? OK : statusTrailers(error);
  return protocol.kind === "grpc"
    ? { bytes: NOTHING, trailers }
    : { bytes: encodeText(protocol, trailersEnvelope(trailers)), trailers: null };
}
