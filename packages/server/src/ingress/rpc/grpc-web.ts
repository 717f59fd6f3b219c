import { ENVELOPE_HEAD_BYTES, encodeEnvelope, TRAILERS_FLAG } from "./envelope.js";
import { grpcHeaders, grpcMessage, grpcTimeoutMs, OK, statusTrailers } from "./grpc.js";
import type { Protocol } from "./protocol.js";
import { badRequest } from "./rpc-error.js";
import type { ReplyHeaders, Wire } from "./wire.js";

/** gRPC-web, binary and text. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
export const grpcWeb: Wire = {
  timeoutMs: grpcTimeoutMs,

  bodyLimit({ isText }, messageBytes) {
    const bytes = messageBytes + ENVELOPE_HEAD_BYTES;
    return isText ? Math.ceil(bytes / 3) * 4 : bytes;
  },

  readMessage({ isText }, headers, body, limitBytes) {
    return grpcMessage(headers, isText ? decodeText(body) : body, limitBytes);
  },

  success(protocol, message, headers) {
    const body = [encodeEnvelope(0, message), trailersEnvelope(OK)];
    return {
      status: 200,
      headers: { ...headers, ...grpcHeaders(protocol.contentType) },
      body: encodeText(protocol, Buffer.concat(body)),
      trailers: null,
    };
  },

  error(protocol, error, headers) {
    return {
      status: 200,
      headers: { ...headers, ...error.headers, ...grpcHeaders(protocol.contentType) },
      body: encodeText(protocol, trailersEnvelope(statusTrailers(error))),
      trailers: null,
    };
  },
};

/** Browsers cannot see trailers of HTTP: they are the last part of the body, written as headers are in HTTP/1.1. */
export function trailersEnvelope(trailers: ReplyHeaders): Uint8Array {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
  return encodeEnvelope(TRAILERS_FLAG, Buffer.from(lines.join("")));
}

export function encodeText({ isText }: Protocol, bytes: Uint8Array): Uint8Array {
  if (!isText) return bytes;
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"));
}

/** Base64 that may be made of several padded pieces. @throws RpcError */
export function decodeText(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1").trim();
  if (!/^[A-Za-z0-9+/=]*$/.test(text)) throw badRequest("the body is not base64");
  const pieces = text.match(/[^=]+={0,2}/g) ?? [];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}
