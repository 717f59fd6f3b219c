import type { IncomingHttpHeaders } from "node:http";
import { parseTimeout } from "@connectrpc/connect/protocol-grpc";
import { ACCEPTED_ENCODINGS, isCompressedWith } from "./compression.js";
import { COMPRESSED_FLAG, ENVELOPE_HEAD_BYTES, encodeEnvelope, singleEnvelope } from "./envelope.js";
import { Code, RpcError } from "./rpc-error.js";
import type { RawMessage, ReplyHeaders, Wire } from "./wire.js";

/** gRPC. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export const grpc: Wire = {
  timeoutMs: grpcTimeoutMs,

  bodyLimit: (_protocol, messageBytes) => messageBytes + ENVELOPE_HEAD_BYTES,

  readMessage: (_protocol, headers, body, limitBytes) => grpcMessage(headers, body, limitBytes),

  success({ contentType }, message, headers) {
    return {
      status: 200,
      headers: { ...headers, ...grpcHeaders(contentType) },
      body: encodeEnvelope(0, message),
      trailers: OK,
    };
  },

  error({ contentType }, error, headers) {
    return {
      status: 200,
      headers: { ...headers, ...error.headers, ...grpcHeaders(contentType) },
      body: EMPTY,
      trailers: statusTrailers(error),
    };
  },
};

const EMPTY = new Uint8Array();

export const OK: ReplyHeaders = { "grpc-status": "0" };

export function grpcHeaders(contentType: string): ReplyHeaders {
  return { "content-type": contentType, "grpc-accept-encoding": ACCEPTED_ENCODINGS };
}

export function statusTrailers({ code, message, metadata }: RpcError): ReplyHeaders {
  return {
    ...metadata,
    "grpc-status": String(code),
    "grpc-message": percentEncoded(message, MAX_MESSAGE_BYTES),
  };
}

/** Of an encoded message: with the metadata it stays within the 8 KiB of headers that everybody accepts. */
const MAX_MESSAGE_BYTES = 4 * 1024;

/** @throws RpcError */
export function grpcTimeoutMs(headers: IncomingHttpHeaders): number | undefined {
  const value = headers["grpc-timeout"];
  if (typeof value !== "string") return undefined;
  const { timeoutMs, error } = parseTimeout(value, Number.POSITIVE_INFINITY);
  if (error !== undefined) throw new RpcError(Code.InvalidArgument, error.rawMessage);
  return timeoutMs;
}

/** @throws RpcError */
export function grpcMessage(headers: IncomingHttpHeaders, body: Uint8Array, limitBytes: number): RawMessage {
  const encoding = headers["grpc-encoding"];
  const { flags, data } = singleEnvelope(body, limitBytes);
  const hasCompression = isCompressedWith(
    typeof encoding === "string" ? encoding : undefined,
    "grpc-accept-encoding",
  );
  return { data, isCompressed: isCompressedMessage(flags, hasCompression) };
}

/** @throws RpcError when the flag is set without a grpc-encoding, or when there are flags that nobody knows */
export function isCompressedMessage(flags: number, hasCompression: boolean): boolean {
  if (flags === 0) return false;
  if (flags !== COMPRESSED_FLAG) {
    throw new RpcError(
      Code.InvalidArgument,
      `a message has the flags ${flags}: only 0 and 1 (compressed) are known`,
    );
  }
  if (!hasCompression) {
    throw new RpcError(
      Code.Internal,
      "a message is flagged as compressed, but there is no header grpc-encoding",
    );
  }
  return true;
}

/**
 * Source: "Percent-Encoded" in the specification: of UTF-8, all but visible ASCII, and the sign itself.
 * @param limitBytes what is longer is cut, between two characters
 */
export function percentEncoded(text: string, limitBytes: number): string {
  if (text.length <= limitBytes && /^[\x20-\x24\x26-\x7e]*$/.test(text)) return text;
  let encoded = "";
  for (const character of text) {
    const next = percentEncodedCharacter(character);
    if (encoded.length + next.length > limitBytes) break;
    encoded += next;
  }
  return encoded;
}

function percentEncodedCharacter(character: string): string {
  if (/^[\x20-\x24\x26-\x7e]$/.test(character)) return character;
  let encoded = "";
  for (const byte of Buffer.from(character))
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return encoded;
}
