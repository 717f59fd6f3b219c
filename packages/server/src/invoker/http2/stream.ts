import { STREAM_WINDOW_BYTES } from "./limits.js";
import { ReceiveWindow } from "./receive-window.js";
import type { ResponseFields } from "./response-fields.js";
import type { Session } from "./session.js";

/** What happens to a stream, as its attempt sees it. Any of these may write to the stream or reset it. */
export interface StreamOwner {
  /** The answer's head; interim ones are not reported. */
  headers(fields: ResponseFields): void;
  /** Part of the answer; nobody writes to the chunk again. */
  data(chunk: Buffer): void;
  /** What was written has gone out. */
  drained(): void;
  /** The peer has ended its answer in an orderly way. */
  ended(): void;
  /** Comes last, unless the owner itself has reset the stream. */
  closed(): void;
}

/** A request and its answer. Source: RFC 9113, section 5.1. */
export class Http2Stream {
  readonly id: number;
  readonly owner: StreamOwner;
  /** The code that the peer has reset the stream with. */
  resetCode: number | null = null;
  /** What was wrong with the answer, when that is what closed the stream. */
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
  isRequestEnding = false;
  isRequestEnded = false;
  hasHead = false;
  isAnswerEnded = false;
  /** -1 when the head did not say. */
  contentLength = -1;
  answerBytes = 0;
  readonly #session: Session;

  constructor(id: number, owner: StreamOwner, session: Session, sendWindow: number) {
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

  /** Ends the request side; what is queued still goes out. */
  endRequest(): void {
    this.#session.write(this, [], true);
  }

  /** Ends both sides; the owner is told nothing more. */
  reset(code: number): void {
    this.#session.reset(this, code);
  }
}
