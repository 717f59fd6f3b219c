import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type OutgoingHttpHeaders,
  type Settings,
} from "node:http2";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { InvokerContext } from "./context.js";
import { Deadline } from "./deadlines.js";
import { NO_ERROR, resetName } from "./reset-names.js";

/** What the peer may send on one stream, and on all of them together, before it is read. */
const STREAM_WINDOW_BYTES = 2 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;
/** Node.js refuses new streams above its own bound; ours count streams and unsent bytes, so that one must not be first. */
const SESSION_MEMORY_MB = 4096;
/** Stream ids end at 2^31. Long before, a new connection takes over. */
const MAX_REQUESTS = 500_000_000;

/** The pool's part of a connection's life. */
export interface ConnectionOwner {
  /** There may be streams to spare: the peer's settings came or changed, or a stream ended. */
  hasRoom(connection: Http2Connection): void;
  /** It takes no new streams from now on. `error`: why it never took any. */
  retired(connection: Http2Connection, error: unknown): void;
  /** It is gone. */
  closed(connection: Http2Connection): void;
}

/** A connection over which attempts run side by side. */
export class Http2Connection extends Deadline {
  /** The connection is gone, or is being torn down. */
  isBroken = false;
  /** Why, if that is known. */
  cause: string | null = null;
  /** The peer's settings came: the connection takes, or has taken, streams. */
  isEstablished = false;
  /** It takes no new streams any more. */
  isRetired = false;
  readonly #context: InvokerContext;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  #error: unknown = null;
  #capacity = 0;
  #active = 0;
  #requests = 0;
  #idleSince = 0;
  #isPingOut = false;
  #isEnding = false;

  constructor(context: InvokerContext, base: URL, owner: ConnectionOwner) {
    super();
    this.#context = context;
    this.#owner = owner;
    this.#socket = openSocket(base, context);
    // The session listens, too, but not for as long as the socket lives.
    this.#socket.on("error", () => {});
    this.#session = connectHttp2(base, {
      createConnection: () => this.#socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
      maxSessionMemory: SESSION_MEMORY_MB,
    });
    const session = this.#session;
    session.on("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    session.on("remoteSettings", (settings) => this.#settingsArrived(settings));
    session.on("goaway", (code) => this.#goawayArrived(code));
    session.on("error", (error) => this.#failed(error));
    session.on("close", () => this.#closed());
    context.deadlines.set(this, context.limits.connectTimeoutMs);
  }

  /** How many more streams it takes now. */
  get room(): number {
    // Node.js reports the end of a session a turn after it has come.
    const { closed, destroyed } = this.#session;
    return this.isRetired || closed || destroyed ? 0 : this.#capacity - this.#active;
  }

  /** Streams it takes in all, as far as is known. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a stream; `release` gives it back once it is closed. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#session.request(headers);
    this.#active++;
    if (++this.#requests >= MAX_REQUESTS) this.#retire(null);
    return stream;
  }

  release(): void {
    this.#active--;
    if (this.#active === 0) {
      this.#idleSince = performance.now();
      if (this.isRetired) this.#endIdle();
    }
    if (this.room > 0) this.#owner.hasRoom(this);
  }

  /** Resolves when it is gone; not to be called after that. */
  whenClosed(): Promise<void> {
    return new Promise((resolve) => this.#session.once("close", resolve));
  }

  /** Breaks off all streams. */
  destroy(cause: string): void {
    this.isBroken = true;
    this.cause ??= cause;
    this.#context.deadlines.clear(this);
    this.#retire(new Error(cause));
    this.#session.destroy();
    // The session waits until the socket has sent what it holds, which a dead peer never lets it.
    this.#socket.destroy();
  }

  onDue(): void {
    const { connectTimeoutMs, pingTimeoutMs, idleConnectionMs } = this.#context.limits;
    if (this.#isEnding || this.#session.destroyed) {
      this.destroy("the connection was closed");
    } else if (!this.isEstablished) {
      this.destroy(`no HTTP/2 connection within ${connectTimeoutMs} ms`);
    } else if (this.#isPingOut) {
      this.destroy(`the endpoint did not answer a PING within ${pingTimeoutMs} ms`);
    } else if (this.#active === 0 && performance.now() - this.#idleSince >= idleConnectionMs) {
      this.#retire(null);
      this.#endIdle();
    } else {
      this.#ping();
    }
  }

  #settingsArrived(settings: Settings): void {
    const { streamsPerConnection } = this.#context.limits;
    this.#capacity = Math.min(streamsPerConnection, settings.maxConcurrentStreams ?? streamsPerConnection);
    // A peer that allows no streams at all is as good as not there, until it does.
    if (this.#capacity > 0 && !this.isEstablished) {
      this.isEstablished = true;
      this.#idleSince = performance.now();
      this.#scheduleCheck();
    }
    if (this.room > 0) this.#owner.hasRoom(this);
  }

  /** Says goodbye, but does not wait for ever until the peer closes the connection. */
  #endIdle(): void {
    this.#isEnding = true;
    this.#session.close();
    this.#context.deadlines.set(this, this.#context.limits.drainTimeoutMs);
  }

  #scheduleCheck(): void {
    const { pingIntervalMs, idleConnectionMs } = this.#context.limits;
    this.#context.deadlines.set(this, Math.min(pingIntervalMs, idleConnectionMs));
  }

  #ping(): void {
    this.#isPingOut = this.#session.ping((error) => {
      this.#isPingOut = false;
      if (error === null && !this.isBroken && !this.#isEnding) this.#scheduleCheck();
    });
    this.#context.deadlines.set(this, this.#context.limits.pingTimeoutMs);
  }

  /** Node.js lets the running streams end after code 0, and breaks them off after any other. */
  #goawayArrived(code: number): void {
    if (code !== NO_ERROR) {
      this.isBroken = true;
      this.cause ??= `the endpoint closed the connection: GOAWAY ${resetName(code)}`;
    }
    this.#retire(new Error("the endpoint is shutting down (GOAWAY)"));
  }

  #failed(error: Error): void {
    this.isBroken = true;
    this.#error ??= error;
  }

  #closed(): void {
    this.isBroken = true;
    this.#context.deadlines.clear(this);
    this.#retire(this.#error ?? new Error("the connection was closed before HTTP/2 was spoken"));
    this.#owner.closed(this);
  }

  #retire(error: unknown): void {
    if (this.isRetired) return;
    this.isRetired = true;
    this.#owner.retired(this, error);
  }
}

function openSocket(base: URL, context: InvokerContext): Socket {
  const host = base.hostname.replace(/^\[(.*)\]$/, "$1");
  const isTls = base.protocol === "https:";
  const port = base.port === "" ? (isTls ? 443 : 80) : Number(base.port);
  if (!isTls) return connectTcp({ host, port, noDelay: true });
  // A server name is for names only (RFC 6066).
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...servername, ALPNProtocols: ["h2"], ...context.limits.tls });
}
