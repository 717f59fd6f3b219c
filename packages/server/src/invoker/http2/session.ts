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
  PREFACE,
  SettingId,
} from "./frame-types.js";
import { HeaderAssembly } from "./header-assembly.js";
import { EMPTY_TABLE, type HeaderBlock } from "./hpack-encoder.js";
import {
  CONNECTION_WINDOW_BYTES,
  FLOOD_FRAMES_PER_DATA,
  FLOOD_FRAMES_PER_STREAM,
  MAX_HEADER_LIST_BYTES,
  STREAM_WINDOW_BYTES,
} from "./limits.js";
import { PeerSettings } from "./peer-settings.js";
import { ReceiveWindow } from "./receive-window.js";
import { ResponseDecoder } from "./response-decoder.js";
import type { ResponseFields } from "./response-fields.js";
import { Sender, type SenderOwner } from "./sender.js";
import { Http2Stream, type StreamOwner } from "./stream.js";

const OUR_SETTINGS = [
  [SettingId.EnablePush, 0],
  [SettingId.InitialWindowSize, STREAM_WINDOW_BYTES],
  [SettingId.MaxHeaderListSize, MAX_HEADER_LIST_BYTES],
] as const;

/** The session's part of a connection's life. */
export interface SessionOwner {
  /** There is something to send: call `output` before long. */
  outputPending(): void;
  settingsArrived(): void;
  /** The peer processes no stream above `lastStreamId`: those that are open are for `refuseAbove`. */
  goawayArrived(code: number, lastStreamId: number): void;
  pongArrived(): void;
  /** There is one stream less. */
  streamEnded(): void;
}

/**
 * A client's side of a connection of HTTP/2 (RFC 9113) as bytes in and bytes out: it knows no socket and no clock.
 * Frames for streams that are closed are dropped, as they may have crossed our RST_STREAM on their way.
 */
export class Session implements FrameSink, SenderOwner {
  readonly peer = new PeerSettings();
  hasPeerSettings = false;
  readonly #owner: SessionOwner;
  readonly #parser = new FrameParser(this, DEFAULT_FRAME_BYTES);
  readonly #output = new FrameOutput();
  readonly #sender = new Sender(this.#output, this);
  readonly #responses = new ResponseDecoder();
  readonly #assembly = new HeaderAssembly();
  readonly #flood = new FloodGuard();
  readonly #window = new ReceiveWindow(CONNECTION_WINDOW_BYTES);
  readonly #streams = new Map<number, Http2Stream>();
  readonly #pingPayload = Buffer.alloc(PING_BYTES);
  #nextId = 1;
  #isPingOut = false;
  /** The peer's decoder waits for word that its table, smaller than it was, stays empty. */
  #owesTableUpdate = false;
  #hasSentTableUpdate = false;

  constructor(owner: SessionOwner) {
    this.#owner = owner;
    this.#output.text(PREFACE);
    this.#output.settings(OUR_SETTINGS);
    this.#output.windowUpdate(0, CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW_BYTES);
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** The socket takes no more for now, or does again. */
  set isHeld(isHeld: boolean) {
    this.#sender.isHeld = isHeld;
  }

  /** There is more to send than `output` gave. */
  get hasMore(): boolean {
    return this.#sender.isWaiting;
  }

  /** Of the turn that is over; streams that have their answer are closed by it. */
  endRequests(): void {
    this.#sender.endRequests();
  }

  /** What is to be sent now, at most about a turn's worth. */
  output(): Uint8Array[] {
    this.#sender.run();
    return this.#output.take();
  }

  /** @throws ConnectionError, after which nothing but `goAway`, `output` and `closeAll` makes sense */
  receive(chunk: Buffer): void {
    this.#parser.read(chunk);
  }

  /** Opens a stream with a POST whose body follows. */
  request(owner: StreamOwner, block: HeaderBlock): Http2Stream {
    const stream = new Http2Stream(this.#nextId, owner, this, this.peer.initialWindowBytes);
    this.#nextId += 2;
    if (this.#owesTableUpdate) {
      this.#owesTableUpdate = false;
      block.prepend(EMPTY_TABLE);
    }
    this.#output.headers(stream.id, block.bytes, block.length, this.#sender.maxFrameBytes);
    this.#streams.set(stream.id, stream);
    this.#owner.outputPending();
    return stream;
  }

  write(stream: Http2Stream, chunks: readonly Uint8Array[], isLast: boolean): boolean {
    this.#owner.outputPending();
    return this.#sender.write(stream, chunks, isLast);
  }

  reset(stream: Http2Stream, code: number): void {
    if (stream.isClosed) return;
    this.#output.rstStream(stream.id, code);
    this.#owner.outputPending();
    this.#forget(stream);
  }

  /** The owner will be told when the peer answers. */
  ping(): void {
    this.#isPingOut = true;
    this.#pingPayload.writeUInt32BE((this.#pingPayload.readUInt32BE(4) + 1) >>> 0, 4);
    this.#output.ping(this.#pingPayload, 0, false);
    this.#owner.outputPending();
  }

  /** Says goodbye. We take no streams of the peer, so the last of them is 0. */
  goAway(code: number): void {
    this.#output.goAway(0, code);
  }

  /** Nothing more is read. */
  stop(): void {
    this.#parser.stop();
  }

  /** Streams that the peer has not looked at, and will not: as if it had refused them (RFC 9113, section 8.7). */
  refuseAbove(lastStreamId: number): void {
    for (const stream of this.#streams.values()) {
      if (stream.id <= lastStreamId) continue;
      stream.resetCode = ErrorCode.REFUSED_STREAM;
      this.#close(stream);
    }
  }

  /** The connection is gone. */
  closeAll(): void {
    for (const stream of this.#streams.values()) this.#close(stream);
  }

  dataSent(): void {
    this.#flood.credit(FLOOD_FRAMES_PER_DATA);
  }

  requestEnded(stream: Http2Stream): void {
    if (stream.isAnswerEnded) this.#close(stream);
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
        this.#owner.goawayArrived(bytes.readUInt32BE(start + 4), bytes.readUInt32BE(start) & 0x7fffffff);
        return;
      case FrameType.WindowUpdate:
        this.#windowUpdate(streamId, bytes, start, end);
        return;
      case FrameType.PushPromise:
        throw violation("PUSH_PROMISE, though push is off");
      default:
        // PRIORITY means nothing any more, and unknown types must be ignored (RFC 9113, sections 5.3.2 and 5.5).
        this.#flood.count();
    }
  }

  #data(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (!this.#window.take(end - start)) throw overrun();
    const increment = this.#window.refill();
    if (increment > 0) {
      this.#output.windowUpdate(0, increment);
      this.#owner.outputPending();
    }
    const stream = this.#find(streamId, "DATA");
    if (stream === undefined) return;
    if (!stream.receiveWindow.take(end - start)) throw overrun();
    let from = start;
    let to = end;
    if ((flags & Flag.Padded) !== 0) {
      from++;
      to -= paddingOf(bytes, start, end);
      if (from > to) throw violation("DATA with more padding than bytes");
    }
    if (!stream.hasHead || stream.isAnswerEnded) {
      this.#fail(
        stream,
        stream.hasHead ? ErrorCode.STREAM_CLOSED : ErrorCode.PROTOCOL_ERROR,
        "DATA out of place",
      );
      return;
    }
    const isEnd = (flags & Flag.EndStream) !== 0;
    if (from < to) {
      stream.answerBytes += to - from;
      stream.owner.data(bytes.subarray(from, to));
    } else if (!isEnd) this.#flood.count();
    if (stream.isClosed) return;
    if (isEnd) {
      this.#endAnswer(stream);
      return;
    }
    const streamIncrement = stream.receiveWindow.refill();
    if (streamIncrement > 0) {
      this.#output.windowUpdate(streamId, streamIncrement);
      this.#owner.outputPending();
    }
  }

  #headers(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw violation("HEADERS on no stream");
    let from = start;
    let to = end;
    if ((flags & Flag.Padded) !== 0) {
      from++;
      to -= paddingOf(bytes, start, end);
    }
    if ((flags & Flag.Priority) !== 0) from += 5;
    if (from > to) throw violation("HEADERS with more padding than bytes");
    const isEnd = (flags & Flag.EndStream) !== 0;
    if ((flags & Flag.EndHeaders) !== 0) this.#block(streamId, isEnd, bytes, from, to);
    else this.#assembly.begin(streamId, isEnd, bytes.subarray(from, to));
  }

  #continuation(flags: number, bytes: Buffer, start: number, end: number): void {
    const { streamId, endsStream } = this.#assembly;
    if (streamId === 0) throw violation("CONTINUATION of nothing");
    this.#assembly.add(bytes.subarray(start, end));
    if ((flags & Flag.EndHeaders) === 0) return;
    const block = this.#assembly.take();
    this.#block(streamId, endsStream, block, 0, block.length);
  }

  #block(streamId: number, isEnd: boolean, bytes: Buffer, start: number, end: number): void {
    // Of closed streams, too: later blocks depend on it.
    const fields = this.#responses.decode(bytes, start, end);
    const stream = this.#find(streamId, "HEADERS");
    if (stream === undefined) return;
    const problem = fields.problem ?? problemOf(stream, fields, isEnd);
    if (problem !== null) {
      this.#fail(stream, ErrorCode.PROTOCOL_ERROR, problem);
      return;
    }
    if (!stream.hasHead) {
      if (fields.status < 200) {
        // An interim response (RFC 9110, section 15.2): the real one follows.
        this.#flood.count();
        return;
      }
      stream.hasHead = true;
      stream.contentLength = fields.contentLength;
      stream.owner.headers(fields);
    }
    if (isEnd && !stream.isClosed) this.#endAnswer(stream);
  }

  #endAnswer(stream: Http2Stream): void {
    if (stream.contentLength >= 0 && stream.contentLength !== stream.answerBytes) {
      const { contentLength, answerBytes } = stream;
      const problem = `the answer has ${answerBytes} bytes, but a content-length of ${contentLength}`;
      this.#fail(stream, ErrorCode.PROTOCOL_ERROR, problem);
      return;
    }
    stream.isAnswerEnded = true;
    this.#flood.credit(FLOOD_FRAMES_PER_STREAM);
    stream.owner.ended();
    if (stream.isRequestEnded && !stream.isClosed) this.#close(stream);
  }

  #rstStream(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw badSize("RST_STREAM");
    const stream = this.#find(streamId, "RST_STREAM");
    if (stream === undefined) return;
    stream.resetCode = bytes.readUInt32BE(start);
    this.#close(stream);
  }

  #settings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw violation("SETTINGS on a stream");
    this.#flood.count();
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
      for (const stream of this.#streams.values()) {
        if (!this.#sender.widenStream(stream, peer.initialWindowBytes - window)) throw tooWide();
      }
    }
    this.#output.settingsAck();
    this.#owner.outputPending();
    this.#owner.settingsArrived();
  }

  #ping(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId !== 0) throw violation("PING on a stream");
    if (end - start !== PING_BYTES) throw badSize("PING");
    this.#flood.count();
    if ((flags & Flag.Ack) === 0) {
      this.#output.ping(bytes, start, true);
      this.#owner.outputPending();
    } else if (this.#isPingOut && this.#pingPayload.compare(bytes, start, end) === 0) {
      this.#isPingOut = false;
      this.#owner.pongArrived();
    }
  }

  #windowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw badSize("WINDOW_UPDATE");
    this.#flood.count();
    const increment = bytes.readUInt32BE(start) & 0x7fffffff;
    if (streamId === 0) {
      if (increment === 0) throw violation("WINDOW_UPDATE by 0");
      if (!this.#sender.widen(increment)) throw tooWide();
    } else {
      const stream = this.#find(streamId, "WINDOW_UPDATE");
      if (stream === undefined) return;
      if (increment === 0) this.#fail(stream, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
      else if (!this.#sender.widenStream(stream, increment)) {
        this.#fail(stream, ErrorCode.FLOW_CONTROL_ERROR, "a window of more than 2^31 - 1 bytes");
      }
    }
    if (this.hasMore) this.#owner.outputPending();
  }

  /** undefined: it is closed already. @throws ConnectionError when it was never opened */
  #find(streamId: number, what: string): Http2Stream | undefined {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) return stream;
    if (streamId === 0) throw violation(`${what} on no stream`);
    if (streamId >= this.#nextId || streamId % 2 === 0) {
      throw violation(`${what} on stream ${streamId}, which was not opened`);
    }
    this.#flood.count();
    return undefined;
  }

  /** The peer has broken the rules on one stream only (RFC 9113, section 5.4.2). */
  #fail(stream: Http2Stream, code: ErrorCode, problem: string): void {
    stream.problem = `the endpoint broke HTTP/2: ${problem}`;
    this.#output.rstStream(stream.id, code);
    this.#owner.outputPending();
    this.#close(stream);
  }

  #close(stream: Http2Stream): void {
    this.#forget(stream);
    stream.owner.closed();
  }

  #forget(stream: Http2Stream): void {
    stream.isClosed = true;
    this.#sender.drop(stream);
    this.#streams.delete(stream.id);
    this.#owner.streamEnded();
  }
}

function paddingOf(bytes: Buffer, start: number, end: number): number {
  if (start === end) throw badSize("a padded frame");
  return bytes[start]!;
}

/** Where a header block stands that is well-formed in itself. Source: RFC 9113, section 8.1. */
function problemOf(stream: Http2Stream, { status }: ResponseFields, isEnd: boolean): string | null {
  if (stream.isAnswerEnded) return "HEADERS after the end of the answer";
  if (stream.hasHead) {
    if (status !== 0) return "a second :status";
    return isEnd ? null : "trailers that do not end the answer";
  }
  if (status === 0) return "an answer without :status";
  if (status === 101) return "status 101";
  return status < 200 && isEnd ? "an answer that ends with an interim status" : null;
}

function violation(cause: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, cause);
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
