import { ErrorCode } from "../error-codes.js";
import { DEFAULT_HEADER_TABLE_BYTES, PREFACE, SettingId } from "../frame-types.js";
import { HpackDecoder } from "../hpack/decoder.js";
import {
  FLOOD_FRAMES_PER_STREAM,
  MAX_CONCURRENT_STREAMS,
  MAX_HEADER_LIST_BYTES,
  STREAM_WINDOW_BYTES,
} from "../limits.js";
import { PeerSettings } from "../peer-settings.js";
import { ADDED_WINDOW_BYTES, Session, type SessionOwner, violation } from "../session.js";
import { Http2Stream, type StreamOwner } from "../stream.js";
import { type RequestFields, requestFields, trailerProblem } from "./request-fields.js";

const PREFACE_BYTES = Buffer.from(PREFACE, "latin1");

const OUR_SETTINGS = [
  [SettingId.MaxConcurrentStreams, MAX_CONCURRENT_STREAMS],
  [SettingId.InitialWindowSize, STREAM_WINDOW_BYTES],
  [SettingId.MaxHeaderListSize, MAX_HEADER_LIST_BYTES],
] as const;

export interface ServerStreamOwner extends StreamOwner {
  /** The stream is there, and may be answered at once. Comes first. */
  opened(stream: ServerStream): void;
}

export type ServerStream = Http2Stream<ServerStreamOwner>;

export interface ServerSessionOwner extends SessionOwner {
  /** A request, well-formed; its body follows. @returns who answers it */
  requestArrived(fields: RequestFields): ServerStreamOwner;
}

/**
 * A server's side of a connection: it takes streams, and opens none. A stream whose answer is complete stays open for the
 * request to end (RFC 9113, section 8.1).
 */
export class ServerSession extends Session<ServerStreamOwner> {
  readonly #owner: ServerSessionOwner;
  readonly #decoder = new HpackDecoder(DEFAULT_HEADER_TABLE_BYTES, MAX_HEADER_LIST_BYTES);
  #prefaceBytes = 0;
  #lastId = 0;

  constructor(owner: ServerSessionOwner) {
    super(owner, new PeerSettings(true));
    this.#owner = owner;
    this.frames.settings(OUR_SETTINGS);
    this.frames.windowUpdate(0, ADDED_WINDOW_BYTES);
  }

  override receive(chunk: Buffer): void {
    const rest = this.#prefaceBytes === PREFACE_BYTES.length ? chunk : this.#readPreface(chunk);
    if (rest.length > 0) super.receive(rest);
  }

  /** Sends an answer's head, a block of `encodeFields`; what is written to the stream is the body. */
  respond(stream: ServerStream, head: Buffer): void {
    if (!stream.isClosed) this.sendHeaders(stream.id, head, head.length);
  }

  protected override get lastPeerStreamId(): number {
    return this.#lastId;
  }

  protected override wasOpened(streamId: number): boolean {
    return streamId <= this.#lastId && streamId % 2 === 1;
  }

  /** It will open no more streams, and never took any of ours. */
  protected override goawayArrived(): void {
    this.flood.count();
  }

  protected override blockArrived(
    streamId: number,
    isEnd: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const list = this.#decoder.decode(bytes, start, end);
    if (streamId > this.#lastId) this.#open(streamId, list, isEnd);
    else this.#trailers(streamId, list, isEnd);
  }

  #open(streamId: number, list: readonly string[], isEnd: boolean): void {
    if (streamId % 2 === 0) throw violation(`HEADERS on stream ${streamId}, which is not the client's`);
    this.#lastId = streamId;
    if (this.streams.size >= MAX_CONCURRENT_STREAMS) {
      this.#refuse(streamId, ErrorCode.REFUSED_STREAM);
      return;
    }
    const request = this.#decoder.isTooLarge ? null : requestFields(list);
    if (request === null || request.problem !== null) {
      this.#refuse(streamId, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    const { fields } = request;
    const owner = this.#owner.requestArrived(fields);
    const stream: ServerStream = new Http2Stream(streamId, owner, this, this.peer.initialWindowBytes);
    stream.hasHead = true;
    stream.contentLength = fields.contentLength;
    this.streams.add(stream);
    owner.opened(stream);
    if (isEnd && !stream.isClosed) this.remoteEnded(stream);
  }

  /** Nobody here needs what they say. */
  #trailers(streamId: number, list: readonly string[], isEnd: boolean): void {
    const stream = this.find(streamId, "HEADERS");
    if (stream === undefined) {
      // Trailers may have crossed our RST_STREAM; a request comes first on its stream, and cannot (RFC 9113, section 5.1.1).
      if (list[0]?.startsWith(":")) throw violation(`a request on stream ${streamId}, whose time is over`);
      return;
    }
    if (stream.isRemoteEnded) this.fail(stream, ErrorCode.STREAM_CLOSED, "HEADERS after the end");
    else if (!isEnd) this.fail(stream, ErrorCode.PROTOCOL_ERROR, "trailers that do not end the request");
    else {
      const problem = trailerProblem(list);
      if (problem === null) this.remoteEnded(stream);
      else this.fail(stream, ErrorCode.PROTOCOL_ERROR, problem);
    }
  }

  /** Streams that are opened in vain are work without use, as are those that are broken off (CVE-2023-44487). */
  #refuse(streamId: number, code: ErrorCode): void {
    this.flood.count();
    this.resetStream(streamId, code);
  }

  override localEnded(stream: ServerStream): void {
    this.flood.credit(FLOOD_FRAMES_PER_STREAM);
    super.localEnded(stream);
  }

  protected override remoteReset(stream: ServerStream): void {
    if (!stream.isLocalEnded) this.flood.count();
    super.remoteReset(stream);
  }

  /** The peer may make us break streams off, too (CVE-2025-8671). */
  protected override fail(stream: ServerStream, code: ErrorCode, problem: string): void {
    this.flood.count();
    super.fail(stream, code, problem);
  }

  /**
   * A client that goes on sending when it has its answer gets no wider window, but is asked to stop. Not before: some
   * clients lose what they have not read of an answer when its stream is reset right behind it.
   */
  protected override windowUsed(stream: ServerStream, increment: number): void {
    if (!stream.isLocalEnded) {
      super.windowUsed(stream, increment);
      return;
    }
    this.resetStream(stream.id, ErrorCode.NO_ERROR);
    this.close(stream);
  }

  #readPreface(chunk: Buffer): Buffer {
    const end = Math.min(chunk.length, PREFACE_BYTES.length - this.#prefaceBytes);
    if (PREFACE_BYTES.compare(chunk, 0, end, this.#prefaceBytes, this.#prefaceBytes + end) !== 0) {
      throw violation("it does not begin with the preface");
    }
    this.#prefaceBytes += end;
    return chunk.subarray(end);
  }
}
