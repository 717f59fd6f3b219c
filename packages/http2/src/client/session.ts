import { ErrorCode } from "../error-codes.js";
import { PING_BYTES, PREFACE, SettingId } from "../frame-types.js";
import type { HeaderBlock } from "../hpack/encoder.js";
import { FLOOD_FRAMES_PER_STREAM, MAX_HEADER_LIST_BYTES, STREAM_WINDOW_BYTES } from "../limits.js";
import { PeerSettings } from "../peer-settings.js";
import { ADDED_WINDOW_BYTES, Session, type SessionOwner } from "../session.js";
import { Http2Stream, type StreamOwner } from "../stream.js";
import { ResponseDecoder } from "./response-decoder.js";
import type { ResponseFields } from "./response-fields.js";

const OUR_SETTINGS = [
  [SettingId.EnablePush, 0],
  [SettingId.InitialWindowSize, STREAM_WINDOW_BYTES],
  [SettingId.MaxHeaderListSize, MAX_HEADER_LIST_BYTES],
] as const;

export interface ClientStreamOwner extends StreamOwner {
  /** The answer's head; interim ones are not reported. */
  headers(fields: ResponseFields): void;
}

export type ClientStream = Http2Stream<ClientStreamOwner>;

export interface ClientSessionOwner extends SessionOwner {
  settingsArrived(): void;
  /** The peer processes no stream above `lastStreamId`: those that are open are for `refuseAbove`. */
  goawayArrived(code: number, lastStreamId: number): void;
  pongArrived(): void;
  /** There is one stream less. */
  streamEnded(): void;
}

/** A client's side of a connection: it opens streams, and takes none. */
export class ClientSession extends Session<ClientStreamOwner> {
  readonly #owner: ClientSessionOwner;
  readonly #responses = new ResponseDecoder();
  readonly #pingPayload = Buffer.alloc(PING_BYTES);
  #nextId = 1;
  #isPingOut = false;

  constructor(owner: ClientSessionOwner) {
    super(owner, new PeerSettings(false));
    this.#owner = owner;
    this.frames.text(PREFACE);
    this.frames.settings(OUR_SETTINGS);
    this.frames.windowUpdate(0, ADDED_WINDOW_BYTES);
  }

  /** Opens a stream with a POST whose body follows. */
  request(owner: ClientStreamOwner, block: HeaderBlock): ClientStream {
    const stream: ClientStream = new Http2Stream(this.#nextId, owner, this, this.peer.initialWindowBytes);
    this.#nextId += 2;
    this.sendHeaders(stream.id, block.bytes, block.length);
    this.streams.add(stream);
    return stream;
  }

  /** The owner will be told when the peer answers. */
  ping(): void {
    this.#isPingOut = true;
    this.#pingPayload.writeUInt32BE((this.#pingPayload.readUInt32BE(4) + 1) >>> 0, 4);
    this.frames.ping(this.#pingPayload, 0, false);
    this.#owner.outputPending();
  }

  /** Streams that the peer has not looked at, and will not: as if it had refused them (RFC 9113, section 8.7). */
  refuseAbove(lastStreamId: number): void {
    for (const stream of this.streams.values()) {
      if (stream.id <= lastStreamId) continue;
      stream.resetCode = ErrorCode.REFUSED_STREAM;
      this.close(stream);
    }
  }

  protected override get lastPeerStreamId(): number {
    return 0;
  }

  protected override wasOpened(streamId: number): boolean {
    return streamId < this.#nextId && streamId % 2 === 1;
  }

  protected override settingsArrived(): void {
    this.#owner.settingsArrived();
  }

  protected override goawayArrived(code: number, lastStreamId: number): void {
    this.#owner.goawayArrived(code, lastStreamId);
  }

  protected override pongArrived(bytes: Buffer, start: number): void {
    if (!this.#isPingOut || this.#pingPayload.compare(bytes, start, start + PING_BYTES) !== 0) return;
    this.#isPingOut = false;
    this.#owner.pongArrived();
  }

  protected override streamForgotten(): void {
    this.#owner.streamEnded();
  }

  protected override blockArrived(
    streamId: number,
    isEnd: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const fields = this.#responses.decode(bytes, start, end);
    const stream = this.find(streamId, "HEADERS");
    if (stream === undefined) return;
    const problem = fields.problem ?? problemOf(stream, fields, isEnd);
    if (problem !== null) {
      this.fail(stream, ErrorCode.PROTOCOL_ERROR, problem);
      return;
    }
    if (!stream.hasHead) {
      if (fields.status < 200) {
        // An interim response (RFC 9110, section 15.2): the real one follows.
        this.flood.count();
        return;
      }
      stream.hasHead = true;
      stream.contentLength = fields.contentLength;
      stream.owner.headers(fields);
    }
    if (isEnd && !stream.isClosed) this.remoteEnded(stream);
  }

  protected override remoteEnded(stream: ClientStream): void {
    this.flood.credit(FLOOD_FRAMES_PER_STREAM);
    super.remoteEnded(stream);
  }
}

/** Where a header block stands that is well-formed in itself. Source: RFC 9113, section 8.1. */
function problemOf(stream: ClientStream, { status }: ResponseFields, isEnd: boolean): string | null {
  if (stream.isRemoteEnded) return "HEADERS after the end of the answer";
  if (stream.hasHead) {
    if (status !== 0) return "a second :status";
    return isEnd ? null : "trailers that do not end the answer";
  }
  if (status === 0) return "an answer without :status";
  if (status === 101) return "status 101";
  return status < 200 && isEnd ? "an answer that ends with an interim status" : null;
}
