import type { FrameOutput } from "./frame-output.js";
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, Flag, FrameType, MAX_31_BITS } from "./frame-types.js";
import { MAX_SENT_FRAME_BYTES, TURN_BYTES } from "./limits.js";
import type { Http2Stream } from "./stream.js";

export interface SenderOwner {
  /** A stream's END_STREAM has gone out. */
  localEnded(stream: Http2Stream): void;
  dataSent(): void;
}

/**
 * DATA frames of all streams, within the windows (RFC 9113, section 5.2) and what the socket takes. What fits goes out
 * at once; what does not waits in its stream, and the streams take turns, a frame each.
 */
export class Sender {
  maxFrameBytes = DEFAULT_FRAME_BYTES;
  /** The socket takes no more for now. */
  isHeld = false;
  readonly #output: FrameOutput;
  readonly #owner: SenderOwner;
  #window = DEFAULT_WINDOW_BYTES;
  /** Streams with something to send and a window to send it in. */
  #ready: Http2Stream[] = [];
  /** Streams that have sent all but END_STREAM. */
  #ending: Http2Stream[] = [];

  constructor(output: FrameOutput, owner: SenderOwner) {
    this.#output = output;
    this.#owner = owner;
  }

  /** Something could go out now. */
  get isWaiting(): boolean {
    return this.#ready.length > 0 && this.#window > 0 && !this.isHeld;
  }

  limitFrames(peerMaxFrameBytes: number): void {
    this.maxFrameBytes = Math.min(peerMaxFrameBytes, MAX_SENT_FRAME_BYTES);
  }

  /** false: the window would be larger than a window can be. */
  widen(bytes: number): boolean {
    this.#window += bytes;
    return this.#window <= MAX_31_BITS;
  }

  widenStream(stream: Http2Stream, bytes: number): boolean {
    stream.sendWindow += bytes;
    this.#enlist(stream);
    return stream.sendWindow <= MAX_31_BITS;
  }

  /** Sends or queues; returns whether nothing of the stream waits. */
  write(stream: Http2Stream, chunks: readonly Uint8Array[], isLast: boolean): boolean {
    if (stream.isClosed || stream.isLocalEnding) return true;
    stream.isLocalEnding = isLast;
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.length;
    if (stream.queuedBytes === 0 && bytes === 0) {
      if (isLast) this.#ending.push(stream);
      return true;
    }
    if (stream.queuedBytes === 0 && this.#fits(stream, bytes)) {
      this.#header(stream, bytes, isLast);
      for (const chunk of chunks) this.#output.bytes(chunk);
      if (isLast) this.#ended(stream);
      return true;
    }
    // A frame is made of what there is, and an empty chunk would never be used up.
    for (const chunk of chunks) if (chunk.length > 0) stream.queue.push(chunk);
    stream.queuedBytes += bytes;
    this.#enlist(stream);
    return stream.queuedBytes === 0;
  }

  /**
   * Ends streams that have nothing more to send. Not at once: a peer that has answered may have reset the stream, with
   * the next frame, and some count what comes after that against the connection (hyper).
   */
  endStreams(): void {
    const ending = this.#ending;
    if (ending.length === 0) return;
    this.#ending = [];
    for (const stream of ending) {
      if (stream.isClosed) continue;
      this.#header(stream, 0, true);
      this.#ended(stream);
    }
  }

  /** Sends what waits, as far as one turn goes. */
  run(): void {
    this.endStreams();
    while (this.isWaiting && this.#output.length < TURN_BYTES) {
      const round = this.#ready;
      this.#ready = [];
      let served = 0;
      while (served < round.length && this.#window > 0 && this.#output.length < TURN_BYTES) {
        const stream = round[served++]!;
        stream.isReady = false;
        if (!stream.isClosed) this.#sendFrame(stream);
      }
      if (served < round.length) this.#ready = [...round.slice(served), ...this.#ready];
    }
  }

  /** What waits will never be sent. */
  drop(stream: Http2Stream): void {
    stream.queue = [];
    stream.queuedBytes = 0;
  }

  #fits(stream: Http2Stream, bytes: number): boolean {
    if (this.#ready.length > 0 || this.isHeld || this.#output.length >= TURN_BYTES) return false;
    return bytes <= this.maxFrameBytes && bytes <= stream.sendWindow && bytes <= this.#window;
  }

  #enlist(stream: Http2Stream): void {
    if (stream.isReady || stream.isClosed || stream.queuedBytes === 0 || stream.sendWindow <= 0) return;
    stream.isReady = true;
    this.#ready.push(stream);
  }

  #sendFrame(stream: Http2Stream): void {
    const bytes = Math.min(stream.queuedBytes, stream.sendWindow, this.#window, this.maxFrameBytes);
    if (bytes <= 0) return;
    const isLast = stream.isLocalEnding && bytes === stream.queuedBytes;
    this.#header(stream, bytes, isLast);
    stream.queuedBytes -= bytes;
    this.#dequeue(stream, bytes);
    if (stream.queuedBytes > 0) this.#enlist(stream);
    else if (isLast) this.#ended(stream);
    else stream.owner.drained();
  }

  #dequeue(stream: Http2Stream, bytes: number): void {
    let used = 0;
    for (let left = bytes; left > 0; ) {
      const chunk = stream.queue[used]!;
      const start = stream.sentOfFirst;
      const end = Math.min(chunk.length, start + left);
      this.#output.bytes(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
      left -= end - start;
      stream.sentOfFirst = end;
      if (end < chunk.length) break;
      stream.sentOfFirst = 0;
      used++;
    }
    stream.queue.splice(0, used);
  }

  #header(stream: Http2Stream, bytes: number, isLast: boolean): void {
    this.#output.frameHeader(bytes, FrameType.Data, isLast ? Flag.EndStream : 0, stream.id);
    stream.sendWindow -= bytes;
    this.#window -= bytes;
    this.#owner.dataSent();
  }

  #ended(stream: Http2Stream): void {
    stream.isLocalEnded = true;
    this.#owner.localEnded(stream);
  }
}
