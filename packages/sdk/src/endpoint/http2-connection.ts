import type { Socket } from "node:net";
import {
  ConnectionError,
  type ErrorCode,
  type RequestFields,
  ServerSession,
  type ServerSessionOwner,
  type ServerStreamOwner,
} from "@pawl/http2";
import type { ProtocolMode } from "@pawl/protocol";
import type { Endpoint } from "./endpoint.js";
import { answerTo } from "./http2-answers.js";

/** Requests of one connection: a session of HTTP/2 on a socket. */
export class Http2Connection implements ServerSessionOwner {
  readonly #endpoint: Endpoint;
  readonly #mode: ProtocolMode;
  readonly #socket: Socket;
  readonly #session = new ServerSession(this);
  #isTurnScheduled = false;
  #isClosed = false;

  /** @param first what has come from the socket already */
  constructor(endpoint: Endpoint, mode: ProtocolMode, socket: Socket, first: Buffer) {
    this.#endpoint = endpoint;
    this.#mode = mode;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => socket.destroy());
    // Every way to lose a connection ends in "close".
    socket.on("close", () => this.#gone());
    this.outputPending();
    this.#received(first);
  }

  requestArrived(fields: RequestFields): ServerStreamOwner {
    return answerTo(this.#endpoint, this.#mode, this.#session, fields);
  }

  /** What all streams have to say goes out once, after the events of this turn of the loop. */
  outputPending(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    setImmediate(endTurn, this);
  }

  /** For `endTurn`. */
  turnEnded(): void {
    this.#isTurnScheduled = false;
    if (!this.#isClosed) this.#flush();
  }

  #received(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#session.receive(chunk);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#break(error.errorCode);
    }
  }

  #flush(): void {
    if (this.#socket.writableNeedDrain) return;
    this.#session.writeTo(this.#socket);
    if (this.#session.hasMore) this.outputPending();
  }

  #drained(): void {
    if (this.#isClosed) return;
    this.#session.isHeld = false;
    this.#flush();
  }

  /** The client broke the rules: it is told, if it still listens. */
  #break(code: ErrorCode): void {
    if (!this.#socket.writableNeedDrain) {
      this.#session.goAway(code);
      this.#session.writeTo(this.#socket);
    }
    this.#gone();
    this.#socket.destroy();
  }

  #gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.stop();
    this.#session.closeAll();
  }
}

function endTurn(connection: Http2Connection): void {
  connection.turnEnded();
}
