import { Code, RpcError } from "./rpc-error.js";

/** One byte of flags, four of the length. Source: gRPC over HTTP/2, "Length-Prefixed-Message"; Connect has the same. */
export const ENVELOPE_HEAD_BYTES = 5;

export const COMPRESSED_FLAG = 0b1;
/** Connect's last message of a stream. */
export const END_STREAM_FLAG = 0b10;
/** gRPC-web's trailers. */
export const TRAILERS_FLAG = 0b1000_0000;

export interface Envelope {
  readonly flags: number;
  readonly data: Uint8Array;
}

export function encodeEnvelope(flags: number, data: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(ENVELOPE_HEAD_BYTES + data.byteLength);
  bytes[0] = flags;
  bytes.writeUInt32BE(data.byteLength, 1);
  bytes.set(data, ENVELOPE_HEAD_BYTES);
  return bytes;
}

/** The one message of a unary call. @throws RpcError when there is none, or more */
export function singleEnvelope(body: Uint8Array, limitBytes: number): Envelope {
  const reader = new EnvelopeReader(limitBytes);
  const [first, ...more] = reader.feed(body);
  if (first === undefined || !reader.isEmpty) {
    throw new RpcError(
      Code.InvalidArgument,
      `the body has no whole message: a call's message is ${ENVELOPE_HEAD_BYTES} bytes of flags and length, and as many bytes as they say`,
    );
  }
  if (more.length > 0)
    throw new RpcError(Code.Unimplemented, "the call takes one message, and was sent more");
  return first;
}

/** Cuts a stream of bytes into messages. */
export class EnvelopeReader {
  #rest: Uint8Array = new Uint8Array();

  constructor(readonly limitBytes: number) {}

  /** Nothing of a message is left over. */
  get isEmpty(): boolean {
    return this.#rest.byteLength === 0;
  }

  /** @throws RpcError for a message that is too large, as soon as it says so */
  feed(chunk: Uint8Array): Envelope[] {
    let bytes = this.isEmpty ? chunk : Buffer.concat([this.#rest, chunk]);
    const envelopes: Envelope[] = [];
    while (bytes.byteLength >= ENVELOPE_HEAD_BYTES) {
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
      if (length > this.limitBytes) throw messageTooLarge(this.limitBytes);
      const end = ENVELOPE_HEAD_BYTES + length;
      if (bytes.byteLength < end) break;
      envelopes.push({ flags: bytes[0] as number, data: bytes.subarray(ENVELOPE_HEAD_BYTES, end) });
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return envelopes;
  }
}

export function messageTooLarge(limitBytes: number): RpcError {
  return new RpcError(
    Code.ResourceExhausted,
    `the message is larger than ${limitBytes} bytes: send less, or raise ingress.request-size-limit`,
  );
}
