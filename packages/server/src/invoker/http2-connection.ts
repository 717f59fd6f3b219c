import type { Socket } from "node:net";
import {
  ClientSession,
  type ClientSessionOwner,
  type ClientStream,
  type ClientStreamOwner,
  ConnectionError,
  ErrorCode,
  errorName,
  type HeaderBlock,
} from "@pawl/http2";
import type { InvokerContext } from "./context.js";
import { Deadline } from "./deadlines.js";
import { describeError } from "./failures.js";
import { handshakeError, openSocket } from "./http2-socket.js";

/** Stream ids end at 2^31. Long before, a new connection takes over. */
const MAX_REQUESTS = 500_000_000;
/** How an answer over HTTP/1.1 begins. */
const HTTP1_BEGINNING = "HTTP/1.";

/** The pool's part of a connection's life. */
export interface ConnectionOwner {
  /** There may be streams to spare: the peer's settings came or changed, or streams ended. */
  hasRoom(connection: Http2Connection): void;
  /** It takes no new streams from now on. `error`: why it never took any. */
  retired(connection: Http2Connection, error: unknown): void;
  /** It is gone. */
  closed(connection: Http2Connection): void;
}

/** A connection over which attempts run side by side: a session of HTTP/2 on a socket. */
export class Http2Connection extends Deadline implements ClientSessionOwner {
  /** Why it is gone, if that is known. */
  cause: string | null = null;
  /** The peer's settings came: the connection takes, or has taken, streams. */
  isEstablished = false;
  /** It takes no new streams any more. */
  isRetired = false;
  readonly #context: InvokerContext;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #session = new ClientSession(this);
  #error: unknown = null;
  #capacity = 0;
  #requests = 0;
  #idleSince = 0;
  #isPingOut = false;
  #isConnected = false;
  /** Goodbye was said; the peer is to close. */
  #isEnding = false;
  #isClosed = false;
  #isTurnScheduled = false;
  #hasSpareStreams = false;

  constructor(context: InvokerContext, base: URL, owner: ConnectionOwner) {
    super();
    this.#context = context;
    this.#owner = owner;
    this.#socket = openSocket(base, context);
    const socket = this.#socket;
    socket.on(base.protocol === "https:" ? "secureConnect" : "connect", () => this.#connected());
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => this.#socket.destroy());
    socket.on("error", (error) => this.#failed(error));
    socket.on("close", () => this.#closed());
    context.deadlines.set(this, context.limits.connectTimeoutMs);
  }

  /** How many more streams it takes now. */
  get room(): number {
    return this.isRetired ? 0 : this.#capacity - this.#session.streamCount;
  }

  /** It was of use to somebody. */
  get hasTakenStreams(): boolean {
    return this.#requests > 0;
  }

  /** Streams it takes in all, as far as is known. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a stream; it is given back by itself once it is closed. */
  request(owner: ClientStreamOwner, headers: HeaderBlock): ClientStream {
    const stream = this.#session.request(owner, headers);
    if (++this.#requests >= MAX_REQUESTS) this.#retire(null);
    return stream;
  }

  /** The peer takes no more streams on this connection: those that run may end, new ones go elsewhere. */
  standAside(): void {
    this.#retire(null);
    if (this.#session.streamCount === 0) this.#endIdle();
  }

  /** Resolves when it is gone; not to be called after that. */
  whenClosed(): Promise<void> {
    return new Promise((resolve) => this.#socket.once("close", () => resolve()));
  }

  /** Breaks off all streams. */
  destroy(cause: string): void {
    this.#break(ErrorCode.NO_ERROR, cause, new Error(cause));
  }

  onDue(): void {
    const { connectTimeoutMs, pingTimeoutMs, idleConnectionMs } = this.#context.limits;
    if (this.#isEnding) {
      this.destroy("the connection was closed");
    } else if (!this.isEstablished) {
      this.destroy(`no HTTP/2 connection within ${connectTimeoutMs} ms`);
    } else if (this.#isPingOut) {
      this.destroy(`the endpoint did not answer a PING within ${pingTimeoutMs} ms`);
    } else if (this.#session.streamCount === 0 && performance.now() - this.#idleSince >= idleConnectionMs) {
      this.#retire(null);
      this.#endIdle();
    } else {
      this.#isPingOut = true;
      this.#session.ping();
      this.#context.deadlines.set(this, pingTimeoutMs);
    }
  }

  /** What all streams have to say goes out once, after the events of this turn of the loop. */
  outputPending(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    setImmediate(endTurn, this);
  }

  /** For `endTurn`. */
  turnEnded(): void {
    if (!this.#isClosed) {
      this.#session.endStreams();
      if (this.#hasSpareStreams) this.#spareStreams();
    }
    this.#isTurnScheduled = false;
    if (!this.#isClosed) this.#flush();
  }

  settingsArrived(): void {
    const { streamsPerConnection } = this.#context.limits;
    this.#capacity = Math.min(streamsPerConnection, this.#session.peer.maxConcurrentStreams);
    // A peer that allows no streams at all is as good as not there, until it does.
    if (this.#capacity > 0 && !this.isEstablished) {
      this.isEstablished = true;
      this.#idleSince = performance.now();
      this.#scheduleCheck();
    }
    // Not at once: the next frame may be a GOAWAY, as that of a peer which is shutting down.
    this.#hasSpareStreams = true;
  }

  /** Running streams may end after code 0, and are broken off after any other. */
  goawayArrived(code: number, lastStreamId: number): void {
    this.#retire(new Error("the endpoint is shutting down (GOAWAY)"));
    this.#session.refuseAbove(lastStreamId);
    if (code === ErrorCode.NO_ERROR) {
      if (this.#session.streamCount === 0) this.#endIdle();
      return;
    }
    const cause = `the endpoint closed the connection: GOAWAY ${errorName(code)}`;
    this.#break(ErrorCode.NO_ERROR, cause, new Error(cause));
  }

  pongArrived(): void {
    this.#isPingOut = false;
    if (!this.#isEnding) this.#scheduleCheck();
  }

  streamEnded(): void {
    this.#hasSpareStreams = true;
    this.outputPending();
    if (this.#session.streamCount > 0) return;
    this.#idleSince = performance.now();
    if (this.isRetired) this.#endIdle();
  }

  #connected(): void {
    const error = handshakeError(this.#socket);
    if (error !== undefined) {
      this.#socket.destroy(error);
      return;
    }
    this.#isConnected = true;
    this.#flush();
  }

  #received(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      if (
        !this.#session.hasPeerSettings &&
        chunk.toString("latin1", 0, HTTP1_BEGINNING.length) === HTTP1_BEGINNING
      ) {
        throw new ConnectionError(ErrorCode.HTTP_1_1_REQUIRED, "it answered in HTTP/1.1");
      }
      this.#session.receive(chunk);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#break(error.errorCode, error.message, error);
      return;
    }
    if (this.#hasSpareStreams) this.#spareStreams();
  }

  #flush(): void {
    if (!this.#isConnected || this.#isEnding || this.#socket.writableNeedDrain) return;
    this.#session.writeTo(this.#socket);
    if (this.#session.hasMore) this.outputPending();
  }

  #drained(): void {
    if (this.#isClosed) return;
    this.#session.isHeld = false;
    this.#flush();
  }

  #spareStreams(): void {
    this.#hasSpareStreams = false;
    if (this.room > 0) this.#owner.hasRoom(this);
  }

  /** Says goodbye, but does not wait for ever until the peer closes the connection. */
  #endIdle(): void {
    if (this.#isEnding || this.#isClosed) return;
    this.#isEnding = true;
    this.#session.goAway(ErrorCode.NO_ERROR);
    this.#session.writeTo(this.#socket);
    this.#socket.end();
    this.#context.deadlines.set(this, this.#context.limits.drainTimeoutMs);
  }

  #scheduleCheck(): void {
    const { pingIntervalMs, idleConnectionMs } = this.#context.limits;
    this.#context.deadlines.set(this, Math.min(pingIntervalMs, idleConnectionMs));
  }

  /** Ends it at once. `code` tells the peer why, if it still listens. */
  #break(code: ErrorCode, cause: string, error: Error): void {
    if (this.#isClosed) return;
    this.cause ??= cause;
    this.#error ??= error;
    if (this.#isConnected && !this.#isEnding && !this.#socket.writableNeedDrain) {
      this.#session.goAway(code);
      this.#session.writeTo(this.#socket);
    }
    this.#gone();
    // Not `end`: a dead peer would never let it come to that.
    this.#socket.destroy();
  }

  #failed(error: Error): void {
    this.cause ??= describeError(error);
    this.#error ??= error;
  }

  #closed(): void {
    this.#gone();
    this.#owner.closed(this);
  }

  #gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.stop();
    this.#context.deadlines.clear(this);
    this.#retire(this.#error ?? new Error("the connection was closed before HTTP/2 was spoken"));
    this.#session.closeAll();
  }

  #retire(error: unknown): void {
    if (this.isRetired) return;
    this.isRetired = true;
    this.#owner.retired(this, error);
  }
}

function endTurn(connection: Http2Connection): void {
  connection.turnEnded();
}
