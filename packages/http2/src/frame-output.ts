import { Flag, FRAME_HEADER_BYTES, FrameType, PING_BYTES, SETTING_BYTES } from "./frame-types.js";

/** Small frames of many streams share a buffer of this size, and of many turns while it lasts. */
const SLAB_BYTES = 64 * 1024;
/** From this size on bytes go out as they are: copying them would cost more than one more buffer in the write. */
const PASS_THROUGH_BYTES = 4 * 1024;

/** Frames on their way to the socket, as few buffers. */
export class FrameOutput {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** What is in the slab but not yet in a part. */
  #start = 0;
  #end = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  /** Bytes since the last `take`. */
  get length(): number {
    return this.#partBytes + this.#end - this.#start;
  }

  /** All since the last `take`. Buffers that were given to `bytes` must not change before they have gone out. */
  take(): Uint8Array[] {
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.#partBytes = 0;
    return parts;
  }

  frameHeader(length: number, type: number, flags: number, streamId: number): void {
    this.#reserve(FRAME_HEADER_BYTES);
    const slab = this.#slab;
    let at = this.#end;
    slab[at++] = length >>> 16;
    slab[at++] = length >>> 8;
    slab[at++] = length;
    slab[at++] = type;
    slab[at++] = flags;
    slab[at++] = streamId >>> 24;
    slab[at++] = streamId >>> 16;
    slab[at++] = streamId >>> 8;
    slab[at++] = streamId;
    this.#end = at;
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length < PASS_THROUGH_BYTES) {
      this.#reserve(bytes.length);
      this.#slab.set(bytes, this.#end);
      this.#end += bytes.length;
    } else {
      this.#cut();
      this.#parts.push(bytes);
      this.#partBytes += bytes.length;
    }
  }

  /** Copies always: the source is written to again. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#end += source.copy(this.#slab, this.#end, start, end);
  }

  text(latin1: string): void {
    this.#reserve(latin1.length);
    this.#end += this.#slab.write(latin1, this.#end, "latin1");
  }

  settings(settings: readonly (readonly [id: number, value: number])[]): void {
    this.frameHeader(settings.length * SETTING_BYTES, FrameType.Settings, 0, 0);
    for (const [id, value] of settings) {
      this.#uint16(id);
      this.#uint32(value);
    }
  }

  settingsAck(): void {
    this.frameHeader(0, FrameType.Settings, Flag.Ack, 0);
  }

  /** Eight bytes of the source from `start`. */
  ping(source: Buffer, start: number, isAck: boolean): void {
    this.frameHeader(PING_BYTES, FrameType.Ping, isAck ? Flag.Ack : 0, 0);
    this.copy(source, start, start + PING_BYTES);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.frameHeader(4, FrameType.WindowUpdate, 0, streamId);
    this.#uint32(increment);
  }

  rstStream(streamId: number, code: number): void {
    this.frameHeader(4, FrameType.RstStream, 0, streamId);
    this.#uint32(code);
  }

  goAway(lastStreamId: number, code: number): void {
    this.frameHeader(8, FrameType.GoAway, 0, 0);
    this.#uint32(lastStreamId);
    this.#uint32(code);
  }

  /** A header block in one frame, or in as many as the peer's frame size makes it (RFC 9113, section 4.3). */
  headers(streamId: number, block: Buffer, length: number, maxFrameBytes: number): void {
    let end = Math.min(length, maxFrameBytes);
    this.frameHeader(end, FrameType.Headers, end === length ? Flag.EndHeaders : 0, streamId);
    this.copy(block, 0, end);
    while (end < length) {
      const start = end;
      end = Math.min(length, start + maxFrameBytes);
      this.frameHeader(end - start, FrameType.Continuation, end === length ? Flag.EndHeaders : 0, streamId);
      this.copy(block, start, end);
    }
  }

  #uint16(value: number): void {
    this.#reserve(2);
    this.#end = this.#slab.writeUInt16BE(value, this.#end);
  }

  #uint32(value: number): void {
    this.#reserve(4);
    this.#end = this.#slab.writeUInt32BE(value, this.#end);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.#start = this.#end = 0;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    this.#parts.push(this.#slab.subarray(this.#start, this.#end));
    this.#partBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
