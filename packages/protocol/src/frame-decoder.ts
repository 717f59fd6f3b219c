import { plainBytes } from "./bytes.js";
import { ProtocolError } from "./errors.js";
import { DEFAULT_MAX_PAYLOAD_BYTES, FRAME_HEADER_BYTES, type Frame } from "./frames.js";

const COMPACT_AFTER_CHUNKS = 64;
const SMALL_CHUNK_BYTES = 256;
const MERGED_CHUNKS = 256;
const NO_BYTES = new Uint8Array(0);

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
  /** How many of the last chunks are small. */
  #smallChunks = 0;
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

  /** Takes a chunk over. A `Buffer` is fine; payloads come out as plain `Uint8Array`s. @throws ProtocolError the error that `next` has thrown before, if any */
  push(chunk: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    if (chunk.length === 0) return;
    this.#chunks.push(plainBytes(chunk));
    this.#buffered += chunk.length;
    if (chunk.length >= SMALL_CHUNK_BYTES) this.#smallChunks = 0;
    else if (++this.#smallChunks === MERGED_CHUNKS) this.#mergeSmallChunks();
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
    const chunk = this.#chunks[this.#head]!;
    const inPlace = this.#offset + FRAME_HEADER_BYTES < chunk.length;
    // Mostly the header lies within a chunk: then do without a view of it.
    const header = inPlace ? chunk : this.#take(FRAME_HEADER_BYTES);
    const at = inPlace ? this.#offset : 0;
    if (inPlace) {
      this.#offset += FRAME_HEADER_BYTES;
      this.#buffered -= FRAME_HEADER_BYTES;
    }
    this.#type = (header[at]! << 8) | header[at + 1]!;
    this.#flags = (header[at + 2]! << 8) | header[at + 3]!;
    this.#length =
      ((header[at + 4]! << 24) | (header[at + 5]! << 16) | (header[at + 6]! << 8) | header[at + 7]!) >>> 0;
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

  /**
   * Copies the small chunks at the end into one. A sender of single bytes would otherwise make a view for each of them,
   * a hundred times as large. Each byte is merged at most once, since the result is no small chunk.
   */
  #mergeSmallChunks(): void {
    this.#smallChunks = 0;
    // Not the first chunk: `#offset` counts in it.
    const from = Math.max(this.#head + 1, this.#chunks.length - MERGED_CHUNKS);
    const small = this.#chunks.splice(from);
    let size = 0;
    for (const chunk of small) size += chunk.length;
    const merged = new Uint8Array(size);
    let at = 0;
    for (const chunk of small) {
      merged.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks.push(merged);
  }

  #nextChunk(): void {
    this.#offset = 0;
    this.#head++;
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
      this.#smallChunks = 0;
    } else if (this.#head >= COMPACT_AFTER_CHUNKS && this.#head * 2 >= this.#chunks.length) {
      // Rarely, and by at least half: the cost per chunk stays constant.
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }
}

function hex(type: number): string {
  return `0x${type.toString(16).padStart(4, "0")}`;
}
