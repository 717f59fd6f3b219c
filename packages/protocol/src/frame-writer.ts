import { FRAME_HEADER_BYTES } from "./frames.js";
import { ProtoWriter } from "./proto-writer.js";

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
