import {
  type ClientStream,
  type ClientStreamOwner,
  ErrorCode,
  errorName,
  type ResponseFields,
} from "@pawl/http2";
import type { InvokerContext } from "./context.js";
import * as failures from "./failures.js";
import { bytesIn, frameChunks } from "./frame-chunks.js";
import { HttpAttempt, Phase } from "./http-attempt.js";
import type { Http2Connection } from "./http2-connection.js";
import type { Http2Pool } from "./http2-pool.js";
import type { InvokeTarget } from "./invoke-target.js";
import type { AttemptEvents, AttemptRequest } from "./invoker.js";
import { opening } from "./opening.js";

/** How often a stream that the peer refused to process is opened again, on whichever connection, before giving up. */
const MAX_REFUSALS = 6;
/** Before the second time, and doubled from then on: 0.6 s in all. */
const REFUSAL_DELAY_MS = 10;
/** One or two happen to streams that come a moment after the ones whose place they take; then it is the connection. */
const REFUSALS_OF_ONE_CONNECTION = 2;
/** What a waiting frame costs beside its payload, for the bound on unsent bytes. */
const FRAME_OVERHEAD_BYTES = 64;

interface UnsentFrame {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** An attempt on a stream of HTTP/2, bidirectional or request/response. */
export class Http2Attempt extends HttpAttempt implements ClientStreamOwner {
  readonly #pool: Http2Pool;
  readonly #isBidi: boolean;
  /** Kept until the endpoint answers: a stream may have to be opened again. */
  #request: AttemptRequest | null;
  #connection: Http2Connection | null = null;
  #stream: ClientStream | null = null;
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
    const { headerBlock, writer } = this.context;
    let chunks: Uint8Array[];
    try {
      chunks = opening(writer, request);
      const length = this.#isBidi ? undefined : bytesIn(chunks);
      this.target.http2Headers(headerBlock, request, length);
    } catch (error) {
      writer.take();
      this.failLater(failures.unusableRequest(this.target.url, error));
      return;
    }
    this.#connection = connection;
    this.#stream = connection.request(this, headerBlock);
    this.#isBlocked = !this.#stream.write(chunks, !this.#isBidi);
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
    this.#isBlocked = !this.#stream!.write(frameChunks(this.context.writer, frames), false);
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
    this.#request = null;
    if (this.#stream === null) this.#pool.leave(this);
    else this.#stream.reset(ErrorCode.CANCEL);
  }

  headers(fields: ResponseFields): void {
    this.#request = null;
    this.headArrived(fields);
  }

  data(chunk: Buffer): void {
    this.chunkArrived(chunk);
  }

  ended(): void {
    this.answerEnded();
  }

  closed(): void {
    if (this.#isUnprocessed() && this.#mayReopen()) {
      this.#reopen();
      return;
    }
    if (this.phase !== Phase.Over) this.streamGone();
    this.#request = null;
  }

  /** The deadline of a waiting attempt is the end of its pause after a refusal. */
  override onDue(): void {
    if (this.phase === Phase.Waiting) this.#pool.enter(this);
    else super.onDue();
  }

  /**
   * The peer promises that it did nothing with a refused stream (RFC 9113, section 8.7): typically it is shutting down.
   * Node.js says ENHANCE_YOUR_CALM instead, to a stream that takes the place of one whose end it has not digested yet.
   */
  #isUnprocessed(): boolean {
    const { resetCode } = this.#stream!;
    return resetCode === ErrorCode.REFUSED_STREAM || resetCode === ErrorCode.ENHANCE_YOUR_CALM;
  }

  #mayReopen(): boolean {
    if (this.phase > Phase.Answering || this.#request === null || this.#hasSentMore) return false;
    return this.#refusals < MAX_REFUSALS && !this.context.isClosed;
  }

  #reopen(): void {
    const connection = this.#connection!;
    this.context.deadlines.clear(this);
    this.phase = Phase.Waiting;
    this.#stream = this.#connection = null;
    const refusals = this.#refusals++;
    // Node.js counts what it had to say on a stream that was reset against its connection for good: once that is more than
    // it allows (10 MB), it refuses every stream there.
    if (refusals >= REFUSALS_OF_ONE_CONNECTION) connection.standAside();
    if (refusals === 0 && connection.isRetired) this.#pool.enter(this);
    else this.context.deadlines.set(this, REFUSAL_DELAY_MS * 2 ** refusals);
  }

  protected causeOfDeath(): string {
    const { resetCode, problem } = this.#stream!;
    if (problem !== null) return problem;
    if (resetCode !== null) return `the endpoint reset the stream: ${errorName(resetCode)}`;
    return this.#connection!.cause ?? "the connection was closed while the handler ran";
  }
}
