import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import { awaitDrain, disown, own, type StreamOwner } from "./attempt-stream.js";
import type { InvokerContext } from "./context.js";
import * as failures from "./failures.js";
import { bytesIn, frameChunks } from "./frame-chunks.js";
import { HttpAttempt, Phase } from "./http-attempt.js";
import type { Http2Connection } from "./http2-connection.js";
import type { Http2Pool } from "./http2-pool.js";
import type { InvokeTarget } from "./invoke-target.js";
import type { AttemptEvents, AttemptRequest } from "./invoker.js";
import { opening } from "./opening.js";
import { CANCEL, ENHANCE_YOUR_CALM, NO_ERROR, REFUSED_STREAM, resetName } from "./reset-names.js";

/** How often a stream that the peer refused to process is opened again, on whichever connection, before giving up. */
const MAX_REFUSALS = 6;
/** Before the second time, and doubled from then on: 0.6 s in all. */
const REFUSAL_DELAY_MS = 10;
/** What a waiting frame costs beside its payload, for the bound on unsent bytes. */
const FRAME_OVERHEAD_BYTES = 64;

interface UnsentFrame {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** An attempt on a stream of HTTP/2, bidirectional or request/response. */
export class Http2Attempt extends HttpAttempt implements StreamOwner {
  readonly #pool: Http2Pool;
  readonly #isBidi: boolean;
  /** Kept until the endpoint answers: a stream may have to be opened again. */
  #request: AttemptRequest | null;
  #connection: Http2Connection | null = null;
  #stream: ClientHttp2Stream | null = null;
  #error: Error | null = null;
  #refusals = 0;
  #unsent: UnsentFrame[] = [];
  #unsentBytes = 0;
  /** The stream has more than it wants: wait for its drain. */
  #isBlocked = false;
  /** More than the opening went out, which a second stream would lack. */
  #hasSentMore = false;

  constructor(
    context: InvokerContext,
    target: InvokeTarget,
    request: AttemptRequest,
    events: AttemptEvents,
    pool: Http2Pool,
    isBidi: boolean,
  ) {
    super(context, target, events, request.inactivityTimeoutMs, request.abortTimeoutMs);
    this.#request = request;
    this.#pool = pool;
    this.#isBidi = isBidi;
  }

  /** A connection has a stream to spare. The attempt takes it, or fails. */
  open(connection: Http2Connection): void {
    const request = this.#request!;
    let stream: ClientHttp2Stream;
    let chunks: Uint8Array[];
    try {
      chunks = opening(this.context.writer, request);
      const length = this.#isBidi ? undefined : bytesIn(chunks);
      stream = connection.request(this.target.http2Headers(request, length));
    } catch (error) {
      this.context.writer.take();
      this.failLater(failures.unusableRequest(this.target.url, error));
      return;
    }
    this.#connection = connection;
    this.#stream = stream;
    this.#isBlocked = false;
    own(stream, this);
    this.#write(chunks, !this.#isBidi);
    this.requestSent(this.#isBidi);
    if (this.#unsent.length > 0) this.flush();
  }

  send(type: number, payload: Uint8Array): void {
    if (!this.#isBidi || this.phase > Phase.Streaming) return;
    this.#unsentBytes += payload.length + FRAME_OVERHEAD_BYTES;
    if (this.#unsentBytes > this.context.limits.maxUnsentBytes) {
      this.failLater(failures.readsTooSlowly(this.target.url, this.#unsentBytes));
      return;
    }
    const isFirst = this.#unsent.push({ type, payload }) === 1;
    if (this.phase === Phase.Waiting) return;
    this.touch();
    if (isFirst && !this.#isBlocked) this.context.flusher.add(this);
  }

  /** Writes what `send` gathered in this turn. */
  flush(): void {
    if (this.phase !== Phase.Streaming || this.#isBlocked || this.#unsent.length === 0) return;
    const frames = this.#unsent;
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#hasSentMore = true;
    this.#write(frameChunks(this.context.writer, frames), false);
  }

  #write(chunks: readonly Uint8Array[], isLast: boolean): void {
    const stream = this.#stream!;
    const last = chunks.length - 1;
    if (last > 0) stream.cork();
    let isRoomLeft = true;
    for (let i = 0; i < last; i++) isRoomLeft = stream.write(chunks[i]!);
    if (isLast) stream.end(chunks[last]!);
    else isRoomLeft = stream.write(chunks[last]!);
    if (last > 0) stream.uncork();
    if (isRoomLeft || isLast) return;
    this.#isBlocked = true;
    awaitDrain(stream);
  }

  drained(): void {
    this.#isBlocked = false;
    this.touch();
    this.flush();
  }

  protected endRequest(): void {
    this.#unsent = [];
    this.#stream!.end();
  }

  protected abandon(): void {
    this.#unsent = [];
    const stream = this.#stream;
    if (stream === null) this.#pool.leave(this);
    else if (!stream.destroyed) {
      stream.close(CANCEL);
      stream.destroy();
    }
  }

  headers(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.#request = null;
    this.headArrived({
      status: headers[":status"] ?? 0,
      contentType: headers["content-type"],
      retryAfter: headers["retry-after"],
    });
  }

  data(chunk: Buffer): void {
    this.chunkArrived(chunk);
  }

  /** Node.js reports the end of the data after a reset, too: only `closed` tells them apart then. */
  ended(): void {
    if (this.#stream!.rstCode === NO_ERROR && !this.#connection!.isBroken) this.answerEnded();
  }

  errored(error: Error): void {
    this.#error = error;
  }

  closed(): void {
    const connection = this.#connection!;
    const { rstCode } = this.#stream!;
    if (this.#isUnprocessed(connection, rstCode) && this.#mayReopen()) {
      this.#reopen(connection);
      return;
    }
    if (this.phase !== Phase.Over) this.streamGone();
    this.#request = null;
    connection.release();
  }

  /** The deadline of a waiting attempt is the end of its pause after a refusal. */
  override onDue(): void {
    if (this.phase === Phase.Waiting) this.#pool.enter(this);
    else super.onDue();
  }

  /**
   * The peer promises that it did nothing with a refused stream (RFC 9113, 8.7): typically it is shutting down. Node.js
   * says ENHANCE_YOUR_CALM instead, to a stream that takes the place of one whose end it has not digested yet.
   */
  #isUnprocessed(connection: Http2Connection, rstCode: number): boolean {
    return rstCode === REFUSED_STREAM || (rstCode === ENHANCE_YOUR_CALM && !connection.isBroken);
  }

  #mayReopen(): boolean {
    if (this.phase > Phase.Answering || this.#request === null || this.#hasSentMore) return false;
    return this.#refusals < MAX_REFUSALS && !this.context.isClosed;
  }

  #reopen(connection: Http2Connection): void {
    this.context.deadlines.clear(this);
    this.phase = Phase.Waiting;
    disown(this.#stream!);
    this.#stream = this.#connection = this.#error = null;
    connection.release();
    const refusals = this.#refusals++;
    if (refusals === 0 && connection.isRetired) this.#pool.enter(this);
    else this.context.deadlines.set(this, REFUSAL_DELAY_MS * 2 ** refusals);
  }

  protected causeOfDeath(): string {
    const connection = this.#connection!;
    const { rstCode } = this.#stream!;
    if (connection.cause !== null) return connection.cause;
    if (rstCode !== NO_ERROR && rstCode !== CANCEL) {
      return `the endpoint reset the stream: ${resetName(rstCode)}`;
    }
    if (this.#error !== null) return failures.describeError(this.#error);
    if (connection.isBroken) return "the connection was closed while the handler ran";
    return `the endpoint reset the stream: ${resetName(rstCode)}`;
  }
}
