import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { InvokerContext } from "./context.js";
import * as failures from "./failures.js";
import { bytesIn } from "./frame-chunks.js";
import { HttpAttempt, Phase } from "./http-attempt.js";
import type { Http1Client } from "./http1-client.js";
import type { InvokeTarget } from "./invoke-target.js";
import type { AttemptEvents, AttemptRequest } from "./invoker.js";
import { opening } from "./opening.js";

/** How often a request is repeated that went out on a connection which the peer was just closing. */
const MAX_STALE_CONNECTIONS = 3;

/** An attempt as one request and its answer over HTTP/1.1. */
export class Http1Attempt extends HttpAttempt {
  readonly #client: Http1Client;
  readonly #request: AttemptRequest;
  #outgoing: ClientRequest | null = null;
  #hasAnswer = false;
  #isConnecting = false;
  #error: Error | null = null;
  #staleConnections = 0;

  constructor(
    context: InvokerContext,
    target: InvokeTarget,
    request: AttemptRequest,
    events: AttemptEvents,
    client: Http1Client,
  ) {
    super(context, target, events, request.inactivityTimeoutMs, request.abortTimeoutMs);
    this.#request = request;
    this.#client = client;
  }

  open(): void {
    let outgoing: ClientRequest;
    let chunks: Uint8Array[];
    try {
      chunks = opening(this.context.writer, this.#request);
      const headers = this.target.http1Headers(this.#request, bytesIn(chunks));
      outgoing = this.#client.request(this.target.path, headers);
    } catch (error) {
      this.context.writer.take();
      this.#client.release(this);
      this.failLater(failures.unusableRequest(this.target.url, error));
      return;
    }
    this.#outgoing = outgoing;
    outgoing.on("socket", (socket) => this.#socketAssigned(socket));
    outgoing.on("response", (response) => this.#answered(response));
    outgoing.on("error", (error) => this.#broken(outgoing, error));
    outgoing.on("close", () => this.#closed(outgoing));
    outgoing.cork();
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.uncork();
    outgoing.end();
  }

  /** The request is over: the journal takes the frame to the next attempt. */
  send(): void {}

  protected endRequest(): void {}

  protected abandon(): void {
    this.#outgoing?.destroy();
  }

  /** In this phase the deadline is that of the connection. */
  override onDue(): void {
    if (this.phase !== Phase.Waiting) {
      super.onDue();
      return;
    }
    const { connectTimeoutMs } = this.context.limits;
    this.fail(
      failures.unreachable(this.target.url, new Error(`no connection within ${connectTimeoutMs} ms`)),
    );
  }

  #socketAssigned(socket: Socket): void {
    if (this.phase !== Phase.Waiting) return;
    if (!socket.connecting) {
      this.requestSent(false);
      return;
    }
    this.#isConnecting = true;
    this.context.deadlines.set(this, this.context.limits.connectTimeoutMs);
    socket.once(this.#client.connectEvent, () => {
      this.#isConnecting = false;
      if (this.phase === Phase.Waiting) this.requestSent(false);
    });
  }

  #answered(response: IncomingMessage): void {
    this.#hasAnswer = true;
    this.headArrived({
      status: response.statusCode ?? 0,
      contentType: response.headers["content-type"],
      retryAfter: response.headers["retry-after"],
    });
    response.on("data", (chunk: Buffer) => this.chunkArrived(chunk));
    response.on("end", () => this.answerEnded());
    response.on("error", (error) => this.#gone(error));
  }

  #broken(outgoing: ClientRequest, error: NodeJS.ErrnoException): void {
    if (outgoing !== this.#outgoing || this.phase >= Phase.Refused) return;
    if (this.#isConnecting) this.fail(failures.unreachable(this.target.url, error));
    else if (this.#isStale(outgoing, error)) this.#repeat();
    else this.#gone(error);
  }

  /** A kept connection that the peer closed while the request was on its way: it has not been looked at. */
  #isStale(outgoing: ClientRequest, error: NodeJS.ErrnoException): boolean {
    if (this.#hasAnswer || !outgoing.reusedSocket || this.context.isClosed) return false;
    if (error.code !== "ECONNRESET" && error.code !== "EPIPE") return false;
    return ++this.#staleConnections <= MAX_STALE_CONNECTIONS;
  }

  #repeat(): void {
    this.context.deadlines.clear(this);
    this.phase = Phase.Waiting;
    this.open();
  }

  #closed(outgoing: ClientRequest): void {
    if (outgoing !== this.#outgoing) return;
    this.#client.release(this);
    this.streamGone();
  }

  #gone(error: Error): void {
    this.#error ??= error;
    this.streamGone();
  }

  protected causeOfDeath(): string {
    if (this.#error !== null) return failures.describeError(this.#error);
    return "the connection was closed before the answer was complete";
  }
}
