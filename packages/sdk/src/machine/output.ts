import { FrameWriter, type MessageCodec } from "@pawl/protocol";

/**
 * Writers that hold nothing at the moment. Each one cuts its output from a slab of some kilobytes, far more than most
 * attempts write at a time: they take turns, so that an attempt does not cost a slab.
 */
const idleWriters: FrameWriter[] = [];
const MAX_IDLE_WRITERS = 64;

/** Frames for the server, encoded when they are written, since user code may reuse its buffers. */
export class Output {
  #writer: FrameWriter | undefined;

  write<T>(codec: MessageCodec<T>, message: T, flags = 0): void {
    this.#writer ??= idleWriters.pop() ?? new FrameWriter();
    this.#writer.message(codec.type, codec, message, flags);
  }

  /** Bytes since the last `take`. */
  get length(): number {
    return this.#writer?.length ?? 0;
  }

  /** @returns all frames since the last time as one piece; undefined if there are none */
  take(): Uint8Array | undefined {
    const writer = this.#writer;
    if (writer === undefined) return undefined;
    this.#writer = undefined;
    const frames = writer.take();
    if (idleWriters.length < MAX_IDLE_WRITERS) idleWriters.push(writer);
    return frames.length === 0 ? undefined : frames;
  }
}
