import { ProtocolError } from "./errors.js";
import { ProtoWriter } from "./wire.js";

/**
 * Frames: an 8-byte header, big endian (type u16, flags u16, payload length u32), then the payload.
 * Source: the public service protocol definition; modern.md 1.3.
 */
export const FRAME_HEADER_BYTES = 8;

/** The flag that asks the server to acknowledge: bit 47 of the header as a 64-bit number, bit 15 of its flags. */
export const REQUESTED_ACK_FLAG = 0x8000;

/** The official server's default for the largest message (`worker.invoker.message-size-limit`): 32 MiB. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

export interface Frame {
  /** A `MessageType`, or a code that this protocol does not know. */
  readonly type: number;
  /** 16 bits; `REQUESTED_ACK_FLAG` is the only one in use from V5 on. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** A frame whose `flags` may be left out. */
export interface FrameParts {
  readonly type: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
}

function writeHeader(into: Uint8Array, at: number, type: number, flags: number, length: number): void {
  into[at] = type >>> 8;
  into[at + 1] = type;
  into[at + 2] = flags >>> 8;
  into[at + 3] = flags;
  into[at + 4] = length >>> 24;
  into[at + 5] = length >>> 16;
  into[at + 6] = length >>> 8;
  into[at + 7] = length;
}

/** One frame in a buffer of its own. */
export function encodeFrame(type: number, payload: Uint8Array, flags = 0): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeHeader(frame, 0, type, flags, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Many frames, one after the other, in one buffer: for one write to the socket. */
export function encodeFrames(frames: readonly FrameParts[]): Uint8Array {
  let size = 0;
  for (const frame of frames) size += FRAME_HEADER_BYTES + frame.payload.length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { type, flags, payload } of frames) {
    writeHeader(bytes, at, type, flags ?? 0, payload.length);
    bytes.set(payload, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + payload.length;
  }
  return bytes;
}

/** What `FrameWriter` needs of a codec: every message codec of this package has it. */
export interface Writable<T> {
  write(writer: ProtoWriter, message: T): void;
}

/**
 * Encodes messages straight into frames in one growing buffer, without a payload in between: the fast way to fill a
 * stream. `take` empties it, so that one writer serves a stream for its whole life.
 */
export class FrameWriter {
  readonly #writer = new ProtoWriter();

  constructor() {
    this.#writer.begin();
  }

  /** Bytes since the last `take`. */
  get length(): number {
    return this.#writer.position;
  }

  /** Appends a message as a frame. If the codec throws, the writer is unchanged. */
  message<T>(type: number, codec: Writable<T>, message: T, flags = 0): void {
    const writer = this.#writer;
    const header = writer.reserve(FRAME_HEADER_BYTES);
    try {
      codec.write(writer, message);
    } catch (error) {
      writer.truncate(header);
      throw error;
    }
    const length = writer.position - header - FRAME_HEADER_BYTES;
    writer.patchUint16(header, type);
    writer.patchUint16(header + 2, flags);
    writer.patchUint32(header + 4, length);
  }

  /** Appends a payload that is encoded already, such as a journal entry. */
  payload(type: number, payload: Uint8Array, flags = 0): void {
    const writer = this.#writer;
    const header = writer.reserve(FRAME_HEADER_BYTES);
    writer.patchUint16(header, type);
    writer.patchUint16(header + 2, flags);
    writer.patchUint32(header + 4, payload.length);
    writer.raw(payload);
  }

  /** All frames since the last `take`. The bytes are not touched again. */
  take(): Uint8Array {
    const frames = this.#writer.finish();
    this.#writer.begin();
    return frames;
  }
}

export interface FrameDecoderOptions {
  /** Largest payload to accept, in bytes. Default: `DEFAULT_MAX_PAYLOAD_BYTES`. */
  readonly maxPayloadBytes?: number;
}

/**
 * Cuts a stream of chunks into frames.
 *
 * A payload that lies within one chunk is a view into it; so whoever pushes a chunk must not write to it again. A payload
 * that spans chunks is copied once, when its last byte has come: memory grows with what was received, never with what
 * was announced. After an error the decoder only repeats it: there is no way to find the next frame.
 */
export class FrameDecoder {
  readonly #maxPayloadBytes: number;
  /** Chunks with unread bytes, from `#head` on; `#offset` is the first unread byte in `#chunks[#head]`. */
  #chunks: Uint8Array[] = [];
  #head = 0;
  #offset = 0;
  #buffered = 0;
  /** The header of the frame whose payload is being waited for. */
  #headerRead = false;
  #type = 0;
  #flags = 0;
  #length = 0;
  #error: ProtocolError | undefined;

  constructor(options: FrameDecoderOptions = {}) {
    this.#maxPayloadBytes = options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES;
  }

  /** Bytes that were pushed and are in no frame yet. */
  get bufferedBytes(): number {
    return this.#buffered + (this.#headerRead ? FRAME_HEADER_BYTES : 0);
  }

  /** Takes a chunk over. @throws ProtocolError the error that `next` has thrown before, if any */
  push(chunk: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /**
   * The next complete frame, or undefined when more bytes are needed.
   * @throws ProtocolError "too-large" as soon as a header announces more than `maxPayloadBytes`
   */
  next(): Frame | undefined {
    if (this.#error !== undefined) throw this.#error;
    if (!this.#headerRead) {
      if (this.#buffered < FRAME_HEADER_BYTES) return undefined;
      this.#readHeader();
    }
    if (this.#buffered < this.#length) return undefined;
    this.#headerRead = false;
    return { type: this.#type, flags: this.#flags, payload: this.#take(this.#length) };
  }

  /** To be called when the stream ended. @throws ProtocolError "truncated" when it ended within a frame */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.bufferedBytes === 0) return;
    throw new ProtocolError(
      "truncated",
      this.#headerRead
        ? `the stream ended within a frame of type ${hex(this.#type)}: ${this.#buffered} of ${this.#length} bytes of its payload came`
        : `the stream ended within a frame's header: ${this.#buffered} of ${FRAME_HEADER_BYTES} bytes came`,
    );
  }

  #readHeader(): void {
    const header = this.#take(FRAME_HEADER_BYTES);
    this.#type = (header[0]! << 8) | header[1]!;
    this.#flags = (header[2]! << 8) | header[3]!;
    this.#length = ((header[4]! << 24) | (header[5]! << 16) | (header[6]! << 8) | header[7]!) >>> 0;
    if (this.#length > this.#maxPayloadBytes) {
      this.#error = new ProtocolError(
        "too-large",
        `a frame of type ${hex(this.#type)} announces ${this.#length} bytes; the limit is ${this.#maxPayloadBytes}`,
      );
      this.#chunks = [];
      this.#buffered = 0;
      throw this.#error;
    }
    this.#headerRead = true;
  }

  /** The next `count` bytes, which must have come: a view where they lie in one chunk, else a copy. */
  #take(count: number): Uint8Array {
    if (count === 0) return NO_BYTES;
    this.#buffered -= count;
    const chunk = this.#chunks[this.#head]!;
    const start = this.#offset;
    const end = start + count;
    if (end < chunk.length) {
      this.#offset = end;
      return chunk.subarray(start, end);
    }
    if (end === chunk.length) {
      this.#nextChunk();
      return chunk.subarray(start, end);
    }
    return this.#gather(count);
  }

  #gather(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const chunk = this.#chunks[this.#head]!;
      const start = this.#offset;
      const part = Math.min(chunk.length - start, count - filled);
      bytes.set(part === chunk.length ? chunk : chunk.subarray(start, start + part), filled);
      filled += part;
      if (start + part === chunk.length) this.#nextChunk();
      else this.#offset = start + part;
    }
    return bytes;
  }

  #nextChunk(): void {
    this.#offset = 0;
    this.#head++;
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AFTER_CHUNKS && this.#head * 2 >= this.#chunks.length) {
      // Rarely, and by at least half: the cost per chunk stays constant.
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }
}

const COMPACT_AFTER_CHUNKS = 64;
const NO_BYTES = new Uint8Array(0);

function hex(type: number): string {
  return `0x${type.toString(16).padStart(4, "0")}`;
}
