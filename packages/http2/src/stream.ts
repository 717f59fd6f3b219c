import { STREAM_WINDOW_BYTES } from "./limits.js";
import { ReceiveWindow } from "./receive-window.js";

/** What happens to a stream, as the one whom it serves sees it. Any of these may write to the stream or reset it. */
export interface StreamOwner {
  /** Part of what the peer sends; nobody writes to the chunk again. */
  data(chunk: Buffer): void;
  /** What was written has gone out. */
  drained(): void;
  /** The peer has ended its side in an orderly way. */
  ended(): void;
  /** Comes last, unless the owner itself has reset the stream. */
  closed(): void;
}

/** The session's side of a stream. */
export interface StreamSession {
  write(stream: Http2Stream, chunks: readonly Uint8Array[], isLast: boolean): boolean;
  reset(stream: Http2Stream, code: number): void;
}

/** A request and its answer, seen from one of its ends. Source: RFC 9113, section 5.1. */
export class Http2Stream<O extends StreamOwner = StreamOwner> {
  readonly id: number;
  readonly owner: O;
  /** The code that the peer has reset the stream with. */
  resetCode: number | null = null;
  /** What the peer did wrong, when that is what closed the stream. */
  problem: string | null = null;
  isClosed = false;

  // The rest is the session's.
  readonly receiveWindow = new ReceiveWindow(STREAM_WINDOW_BYTES);
  /** May become negative when the peer changes its settings (RFC 9113, section 6.9.2). */
  sendWindow: number;
  /** What has not gone out; of the first chunk, what is left from `sentOfFirst` on. */
  queue: Uint8Array[] = [];
  sentOfFirst = 0;
  queuedBytes = 0;
  /** In the sender's list. */
  isReady = false;
  /** Nothing more is written; what is queued still goes out. */
  isLocalEnding = false;
  /** Our END_STREAM has gone out. */
  isLocalEnded = false;
  /** The peer's head has come. */
  hasHead = false;
  /** The peer's END_STREAM has come. */
  isRemoteEnded = false;
  /** -1 when the head did not say. */
  contentLength = -1;
  receivedBytes = 0;
  readonly #session: StreamSession;

  constructor(id: number, owner: O, session: StreamSession, sendWindow: number) {
    this.id = id;
    this.owner = owner;
    this.#session = session;
    this.sendWindow = sendWindow;
  }

  /**
   * Sends chunks, which must not change any more, or queues them.
   * @returns whether all has gone out; if not, `drained` will be called, unless this is the last
   */
  write(chunks: readonly Uint8Array[], isLast: boolean): boolean {
    return this.#session.write(this, chunks, isLast);
  }

  /** Ends our side; what is queued still goes out. */
  end(): void {
    this.#session.write(this, NOTHING, true);
  }

  /** Ends both sides; the owner is told nothing more. */
  reset(code: number): void {
    this.#session.reset(this, code);
  }
}

const NOTHING: readonly Uint8Array[] = [];
