import { ConnectionError } from "./connection-error.js";
import { ErrorCode } from "./error-codes.js";
import { FloodGuard } from "./flood-guard.js";
import { FrameOutput } from "./frame-output.js";
import { FrameParser, type FrameSink } from "./frame-parser.js";
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_HEADER_TABLE_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  PING_BYTES,
  PRIORITY_BYTES,
} from "./frame-types.js";
import { HeaderAssembly } from "./header-assembly.js";
import { EMPTY_TABLE } from "./hpack/encoder.js";
import {
  CONNECTION_WINDOW_BYTES,
  FLOOD_FRAMES_PER_DATA,
  FLOOD_WINDOWS_PER_FRAME,
  MAX_UNREAD_BYTES,
} from "./limits.js";
import type { PeerSettings } from "./peer-settings.js";
import { ReceiveWindow } from "./receive-window.js";
import { Sender, type SenderOwner } from "./sender.js";
import type { Http2Stream, StreamOwner, StreamSession } from "./stream.js";
import { StreamTable } from "./stream-table.js";

/** A socket, as far as sending goes. */
export interface Sink {
  /** It has taken more than it wants to hold: nothing more until it has drained. */
  readonly writableNeedDrain: boolean;
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
}

/** The session's part of a connection's life. */
export interface SessionOwner {
  /** There is something to send: call `output` before long. */
  outputPending(): void;
}

/**
 * What both sides of a connection of HTTP/2 (RFC 9113) have in common, as bytes in and bytes out: it knows no socket and no
 * clock. Frames for streams that are closed are dropped, as they may have crossed our RST_STREAM on their way.
 */
export abstract class Session<O extends StreamOwner> implements FrameSink, SenderOwner, StreamSession {
  readonly peer: PeerSettings;
  hasPeerSettings = false;
  protected readonly frames = new FrameOutput();
  protected readonly flood = new FloodGuard();
  protected readonly streams = new StreamTable<Http2Stream<O>>();
  readonly #owner: SessionOwner;
  readonly #parser = new FrameParser(this, DEFAULT_FRAME_BYTES);
  readonly #sender = new Sender(this.frames, this);
  readonly #assembly = new HeaderAssembly();
  readonly #window = new ReceiveWindow(CONNECTION_WINDOW_BYTES);
  /** The peer's decoder waits for word that its table, smaller than it was, stays empty. */
  #owesTableUpdate = false;
  #hasSentTableUpdate = false;

  protected constructor(owner: SessionOwner, peer: PeerSettings) {
    this.#owner = owner;
    this.peer = peer;
  }

  get streamCount(): number {
    return this.streams.size;
  }

  /** The socket takes no more for now, or does again. */
  set isHeld(isHeld: boolean) {
    this.#sender.isHeld = isHeld;
  }

  /** There is more to send than `output` gave. */
  get hasMore(): boolean {
    return this.#sender.isWaiting;
  }

  /** Of the turn that is over; streams that are over on the peer's side are closed by it. */
  endStreams(): void {
    this.#sender.endStreams();
  }

  /** What is to be sent now, at most about a turn's worth. */
  output(): Uint8Array[] {
    this.#sender.run();
    return this.frames.take();
  }

  /** Gives all of `output` to the sink in one write, and holds back what is left while the sink is full. */
  writeTo(sink: Sink): void {
    const parts = this.output();
    if (parts.length === 1) sink.write(parts[0]!);
    else {
      sink.cork();
      for (const part of parts) sink.write(part);
      sink.uncork();
    }
    this.isHeld = sink.writableNeedDrain;
  }

  /** @throws ConnectionError, after which nothing but `goAway`, `output` and `closeAll` makes sense */
  receive(chunk: Buffer): void {
    this.#parser.read(chunk);
    if (this.frames.length <= MAX_UNREAD_BYTES) return;
    throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, `${MAX_UNREAD_BYTES} bytes that it does not read`);
  }

  write(stream: Http2Stream, chunks: readonly Uint8Array[], isLast: boolean): boolean {
    this.#owner.outputPending();
    return this.#sender.write(stream, chunks, isLast);
  }

  reset(stream: Http2Stream, code: number): void {
    if (stream.isClosed) return;
    this.resetStream(stream.id, code);
    this.#forget(stream);
  }

  /** Says goodbye, and which of the peer's streams was the last that was looked at. */
  goAway(code: number): void {
    this.frames.goAway(this.lastPeerStreamId, code);
  }

  /** Nothing more is read. */
  stop(): void {
    this.#parser.stop();
  }

  /** The connection is gone. */
  closeAll(): void {
    for (const stream of this.streams.values()) this.close(stream);
  }

  // What differs between client and server

  /** 0 when it has opened none. */
  protected abstract get lastPeerStreamId(): number;
  /** Whether a stream with this id, which is none of the open ones, was open at some time. */
  protected abstract wasOpened(streamId: number): boolean;
  /** A header block, decoded or not, of a stream that is open or not: later blocks depend on it. */
  protected abstract blockArrived(
    streamId: number,
    isEnd: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
  protected abstract goawayArrived(code: number, lastStreamId: number): void;
  protected settingsArrived(): void {}
  /** Eight bytes of the peer's answer to a PING. */
  protected pongArrived(_bytes: Buffer, _start: number): void {}
  /** There is one stream less. */
  protected streamForgotten(): void {}

  /** Our END_STREAM has gone out. For the sender. */
  localEnded(stream: Http2Stream): void {
    stream.isLocalEnded = true;
    if (stream.isRemoteEnded) this.close(stream);
  }

  /** The peer has ended its side of a stream. */
  protected remoteEnded(stream: Http2Stream): void {
    if (stream.contentLength >= 0 && stream.contentLength !== stream.receivedBytes) {
      const { contentLength, receivedBytes } = stream;
      const problem = `a body of ${receivedBytes} bytes, but a content-length of ${contentLength}`;
      this.fail(stream, ErrorCode.PROTOCOL_ERROR, problem);
      return;
    }
    stream.isRemoteEnded = true;
    stream.owner.ended();
    if (stream.isLocalEnded && !stream.isClosed) this.close(stream);
  }

  /** The peer has reset a stream. */
  protected remoteReset(stream: Http2Stream): void {
    this.close(stream);
  }

  /** Half of a stream's window is used up. */
  protected windowUsed(stream: Http2Stream, increment: number): void {
    this.frames.windowUpdate(stream.id, increment);
    this.#owner.outputPending();
  }

  /** The peer has broken the rules on one stream only (RFC 9113, section 5.4.2). */
  protected fail(stream: Http2Stream, code: ErrorCode, problem: string): void {
    stream.problem = `the peer broke HTTP/2: ${problem}`;
    this.resetStream(stream.id, code);
    this.close(stream);
  }

  // For both

  protected resetStream(streamId: number, code: number): void {
    this.frames.rstStream(streamId, code);
    this.#owner.outputPending();
  }

  protected sendHeaders(streamId: number, block: Buffer, length: number): void {
    let bytes = block;
    let count = length;
    if (this.#owesTableUpdate) {
      this.#owesTableUpdate = false;
      bytes = Buffer.concat([EMPTY_TABLE, block.subarray(0, length)]);
      count = bytes.length;
    }
    this.frames.headers(streamId, bytes, count, this.#sender.maxFrameBytes);
    this.#owner.outputPending();
  }

  /** undefined: it is closed already. @throws ConnectionError when it was never opened */
  protected find(streamId: number, what: string): Http2Stream<O> | undefined {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) return stream;
    if (streamId === 0) throw violation(`${what} on no stream`);
    if (!this.wasOpened(streamId)) throw violation(`${what} on stream ${streamId}, which was not opened`);
    this.flood.count();
    return undefined;
  }

  protected close(stream: Http2Stream): void {
    this.#forget(stream);
    stream.owner.closed();
  }

  dataSent(): void {
    this.flood.credit(FLOOD_FRAMES_PER_DATA);
  }

  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (!this.hasPeerSettings && type !== FrameType.Settings) {
      throw violation("its first frame is no SETTINGS");
    }
    if (
      this.#assembly.streamId !== 0 &&
      (type !== FrameType.Continuation || streamId !== this.#assembly.streamId)
    ) {
      throw violation("a header block that other frames interrupt");
    }
    switch (type) {
      case FrameType.Data:
        this.#data(flags, streamId, bytes, start, end);
        return;
      case FrameType.Headers:
        this.#headers(flags, streamId, bytes, start, end);
        return;
      case FrameType.Continuation:
        this.#continuation(flags, bytes, start, end);
        return;
      case FrameType.RstStream:
        this.#rstStream(streamId, bytes, start, end);
        return;
      case FrameType.Settings:
        this.#settings(flags, streamId, bytes, start, end);
        return;
      case FrameType.Ping:
        this.#ping(flags, streamId, bytes, start, end);
        return;
      case FrameType.GoAway:
        if (streamId !== 0) throw violation("GOAWAY on a stream");
        if (end - start < 8) throw badSize("GOAWAY");
        this.goawayArrived(bytes.readUInt32BE(start + 4), bytes.readUInt32BE(start) & 0x7fffffff);
        return;
      case FrameType.WindowUpdate:
        this.#windowUpdate(streamId, bytes, start, end);
        return;
      case FrameType.PushPromise:
        throw violation("PUSH_PROMISE, though push is off");
      case FrameType.Priority:
        // It means nothing any more (RFC 9113, section 5.3.2).
        if (streamId === 0) throw violation("PRIORITY on no stream");
        if (end - start !== PRIORITY_BYTES) throw badSize("PRIORITY");
        this.flood.count();
        return;
      default:
        // Unknown types must be ignored (RFC 9113, section 5.5).
        this.flood.count();
    }
  }

  #data(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (!this.#window.take(end - start)) throw overrun();
    const increment = this.#window.refill();
    if (increment > 0) {
      this.frames.windowUpdate(0, increment);
      this.#owner.outputPending();
    }
    const stream = this.find(streamId, "DATA");
    if (stream === undefined) return;
    if (!stream.receiveWindow.take(end - start)) throw overrun();
    let from = start;
    let to = end;
    if ((flags & Flag.Padded) !== 0) {
      from++;
      to -= paddingOf(bytes, start, end);
      if (from > to) throw violation("DATA with more padding than bytes");
    }
    if (!stream.hasHead || stream.isRemoteEnded) {
      this.fail(
        stream,
        stream.hasHead ? ErrorCode.STREAM_CLOSED : ErrorCode.PROTOCOL_ERROR,
        "DATA out of place",
      );
      return;
    }
    const isEnd = (flags & Flag.EndStream) !== 0;
    if (from < to) {
      stream.receivedBytes += to - from;
      stream.owner.data(bytes.subarray(from, to));
    } else if (!isEnd) this.flood.count();
    if (stream.isClosed) return;
    if (isEnd) {
      this.remoteEnded(stream);
      return;
    }
    const streamIncrement = stream.receiveWindow.refill();
    if (streamIncrement > 0) this.windowUsed(stream, streamIncrement);
  }

  #headers(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw violation("HEADERS on no stream");
    let from = start;
    let to = end;
    if ((flags & Flag.Padded) !== 0) {
      from++;
      to -= paddingOf(bytes, start, end);
    }
    if ((flags & Flag.Priority) !== 0) from += PRIORITY_BYTES;
    if (from > to) throw violation("HEADERS with more padding than bytes");
    const isEnd = (flags & Flag.EndStream) !== 0;
    if ((flags & Flag.EndHeaders) !== 0) this.blockArrived(streamId, isEnd, bytes, from, to);
    else this.#assembly.begin(streamId, isEnd, bytes.subarray(from, to));
  }

  #continuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const { streamId, endsStream } = this.#assembly;
    if (streamId === 0) throw violation("CONTINUATION of nothing");
    this.#assembly.add(bytes.subarray(start, end));
    if ((flags & Flag.EndHeaders) === 0) return;
    const block = this.#assembly.take();
    this.blockArrived(streamId, endsStream, block, 0, block.length);
  }

  #rstStream(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw badSize("RST_STREAM");
    const stream = this.find(streamId, "RST_STREAM");
    if (stream === undefined) return;
    stream.resetCode = bytes.readUInt32BE(start);
    this.remoteReset(stream);
  }

  #settings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw violation("SETTINGS on a stream");
    this.flood.count();
    if ((flags & Flag.Ack) !== 0) {
      if (end > start) throw badSize("acknowledged SETTINGS");
      if (!this.hasPeerSettings) throw violation("its first frame is no SETTINGS");
      return;
    }
    const { peer } = this;
    const window = peer.initialWindowBytes;
    peer.read(bytes, start, end);
    this.hasPeerSettings = true;
    this.#sender.limitFrames(peer.maxFrameBytes);
    if (peer.headerTableBytes < DEFAULT_HEADER_TABLE_BYTES && !this.#hasSentTableUpdate) {
      this.#hasSentTableUpdate = this.#owesTableUpdate = true;
    }
    if (peer.initialWindowBytes !== window) {
      this.flood.count(Math.floor(this.streams.size / FLOOD_WINDOWS_PER_FRAME));
      for (const stream of this.streams.values()) {
        if (!this.#sender.widenStream(stream, peer.initialWindowBytes - window)) throw tooWide();
      }
    }
    this.frames.settingsAck();
    this.#owner.outputPending();
    this.settingsArrived();
  }

  #ping(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw violation("PING on a stream");
    if (end - start !== PING_BYTES) throw badSize("PING");
    this.flood.count();
    if ((flags & Flag.Ack) === 0) {
      this.frames.ping(bytes, start, true);
      this.#owner.outputPending();
    } else this.pongArrived(bytes, start);
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw badSize("WINDOW_UPDATE");
    this.flood.count();
    const increment = bytes.readUInt32BE(start) & 0x7fffffff;
    if (streamId === 0) {
      if (increment === 0) throw violation("WINDOW_UPDATE by 0");
      if (!this.#sender.widen(increment)) throw tooWide();
    } else {
      const stream = this.find(streamId, "WINDOW_UPDATE");
      if (stream === undefined) return;
      if (increment === 0) this.fail(stream, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
      else if (!this.#sender.widenStream(stream, increment)) {
        this.fail(stream, ErrorCode.FLOW_CONTROL_ERROR, "a window of more than 2^31 - 1 bytes");
      }
    }
    if (this.hasMore) this.#owner.outputPending();
  }

  #forget(stream: Http2Stream): void {
    stream.isClosed = true;
    this.#sender.drop(stream);
    this.streams.delete(stream.id);
    this.streamForgotten();
  }
}

/** What a side announces beyond the defaults, right behind its SETTINGS. */
export const ADDED_WINDOW_BYTES = CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES;

export function violation(cause: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, cause);
}

function paddingOf(bytes: Buffer, start: number, end: number): number {
  if (start === end) throw badSize("a padded frame");
  return bytes[start]!;
}

function badSize(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `${what} of a wrong size`);
}

function overrun(): ConnectionError {
  return new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the window allows");
}

function tooWide(): ConnectionError {
  return new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "a window of more than 2^31 - 1 bytes");
}
