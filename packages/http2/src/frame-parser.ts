import { ConnectionError } from "./connection-error.js";
import { ErrorCode } from "./error-codes.js";
import { FRAME_HEADER_BYTES } from "./frame-types.js";

export interface FrameSink {
  /**
   * A frame; its payload lies in `bytes` from `start` to `end`, and nobody writes there again. Flags and reserved bits
   * are as they came, except that of the stream id.
   */
  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
}

/**
 * Cuts what comes from a socket into frames (RFC 9113, section 4.1), in whatever pieces. Copied is only a frame that lies
 * in several pieces, so that is all that is ever held.
 */
export class FrameParser {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #payload: Buffer | null = null;
  #payloadBytes = 0;
  #isStopped = false;

  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Nothing more is reported, not even of the chunk that is being read. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @throws ConnectionError */
  read(chunk: Buffer): void {
    let at = this.#headerBytes === 0 ? 0 : this.#resume(chunk);
    while (!this.#isStopped && chunk.length - at >= FRAME_HEADER_BYTES) {
      const start = at + FRAME_HEADER_BYTES;
      const end = start + this.#length(chunk, at);
      if (end > chunk.length) break;
      this.#report(chunk, at, chunk, start, end);
      at = end;
    }
    if (at < chunk.length && !this.#isStopped) this.#keep(chunk, at);
  }

  /** Completes the frame that the last chunk began; returns where the next one begins. */
  #resume(chunk: Buffer): number {
    let at = 0;
    if (this.#payload === null) {
      at = this.#fillHeader(chunk, 0);
      if (this.#payload === null) return at;
    }
    return this.#fillPayload(chunk, at);
  }

  #keep(chunk: Buffer, from: number): void {
    const at = this.#fillHeader(chunk, from);
    if (this.#payload !== null) this.#fillPayload(chunk, at);
  }

  #fillHeader(chunk: Buffer, from: number): number {
    const end = Math.min(chunk.length, from + FRAME_HEADER_BYTES - this.#headerBytes);
    this.#headerBytes += chunk.copy(this.#header, this.#headerBytes, from, end);
    if (this.#headerBytes === FRAME_HEADER_BYTES) {
      this.#payload = Buffer.allocUnsafe(this.#length(this.#header, 0));
      this.#payloadBytes = 0;
    }
    return end;
  }

  #fillPayload(chunk: Buffer, from: number): number {
    const payload = this.#payload!;
    const end = Math.min(chunk.length, from + payload.length - this.#payloadBytes);
    this.#payloadBytes += chunk.copy(payload, this.#payloadBytes, from, end);
    if (this.#payloadBytes === payload.length) {
      this.#payload = null;
      this.#headerBytes = 0;
      this.#report(this.#header, 0, payload, 0, payload.length);
    }
    return end;
  }

  #length(bytes: Buffer, at: number): number {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    if (length <= this.#maxFrameBytes) return length;
    throw new ConnectionError(
      ErrorCode.FRAME_SIZE_ERROR,
      `a frame of ${length} bytes; the limit is ${this.#maxFrameBytes}`,
    );
  }

  #report(header: Buffer, at: number, bytes: Buffer, start: number, end: number): void {
    const streamId =
      ((header[at + 5]! & 0x7f) << 24) | (header[at + 6]! << 16) | (header[at + 7]! << 8) | header[at + 8]!;
    this.#sink.frame(header[at + 3]!, header[at + 4]!, streamId, bytes, start, end);
  }
}
