import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { PortAccess } from "../access/port-access.js";
import type { Exchange, HttpRequest, HttpResponse } from "./exchange.js";

/** Of HTTP/2's preface "PRI * HTTP/2.0...". No method of HTTP/1.1 begins like this. */
const PREFACE = Buffer.from("PRI ");

/** Names of the two protocols in TLS. Source: RFC 7301, section 6; RFC 9113, section 3.1. */
const ALPN_HTTP2 = "h2";
const ALPN_HTTP1 = "http/1.1";
const MIN_TLS_VERSION = "TLSv1.2";
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** How long a new connection may take to say which protocol it speaks. As node:http gives the headers. */
const UNDECIDED_TIMEOUT_MS = 60_000;

const SWEEP_INTERVAL_MS = 15_000;
/** While closing. */
const IDLE_CHECK_MS = 20;

/** Streams at a time on one connection. */
const MAX_CONCURRENT_STREAMS = 1_000;

/** After which a connection of HTTP/2 without a stream is closed. */
const IDLE_SESSION_MS = 10 * 60_000;

/**
 * HTTP/1.1 and HTTP/2 on one port. Without TLS the first bytes of a connection decide ("prior knowledge"), with TLS what
 * both sides agree on in the handshake (ALPN). After that it is as if the one protocol's server had accepted it, so that
 * requests cost what they cost there.
 */
export class DualListener {
  readonly server: Server | TlsServer;
  /** Connections that there ever were, and those that there are. */
  readonly connections = { created: 0, open: 0 };
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Connections that have not said enough, and since when (unix milliseconds). */
  readonly #undecided = new Map<Socket, number>();
  readonly #sweeper: NodeJS.Timeout;

  /** @param access where TLS comes from, if there is any. Who may call is not asked here. */
  constructor(handle: (exchange: Exchange) => void, access?: PortAccess) {
    const onHttp1 = (request: IncomingMessage, response: ServerResponse): void =>
      handle(exchangeOf(request, response));
    const tls = access?.tls ?? null;
    if (access === undefined || tls === null) {
      this.server = createServer(onHttp1);
      this.#decideByPreface(this.server);
    } else {
      const server = createTlsServer(
        {
          ...tls,
          minVersion: MIN_TLS_VERSION,
          handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
          ALPNProtocols: [ALPN_HTTP2, ALPN_HTTP1],
          // With authorities for clients nobody comes in without a certificate of theirs.
          requestCert: tls.ca !== undefined,
          rejectUnauthorized: tls.ca !== undefined,
        },
        onHttp1,
      );
      access.onTlsChange = (changed) => server.setSecureContext({ ...changed, minVersion: MIN_TLS_VERSION });
      this.#decideByAlpn(server);
      this.server = server;
    }
    this.server.on("connection", (socket: Socket) => this.#count(socket));
    // Callers may wait for days for an answer.
    this.server.requestTimeout = 0;
    this.server.timeout = 0;
    this.#http2 = createHttp2Server(
      { settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS } },
      (request: Http2ServerRequest, response: Http2ServerResponse) => handle(exchangeOf(request, response)),
    );
    this.#http2.on("session", (session) => this.#track(session));
    this.#http2.setTimeout(0);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** Accepts nothing new, waits up to `timeoutMs` for what is under way, then drops what is left. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(() => {
        this.server.closeAllConnections();
        for (const session of this.#sessions) session.destroy();
      }, timeoutMs);
      // A connection that is kept alive becomes idle when its last answer is out: it is not waited for.
      const idle = setInterval(() => this.server.closeIdleConnections(), IDLE_CHECK_MS);
      this.server.close(() => {
        clearTimeout(timeout);
        clearInterval(idle);
        resolve();
      });
      this.server.closeIdleConnections();
      clearInterval(this.#sweeper);
      for (const socket of this.#undecided.keys()) socket.destroy();
      for (const session of this.#sessions) session.close();
    });
  }

  /** Puts itself between the accepting socket and what node:http does with a connection. */
  #decideByPreface(server: Server): void {
    const [asHttp1] = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => this.#await(socket, asHttp1 as (socket: Socket) => void));
  }

  /** The same for connections whose handshake is done. */
  #count(socket: Socket): void {
    this.connections.created++;
    this.connections.open++;
    socket.once("close", () => this.connections.open--);
  }

  #decideByAlpn(server: TlsServer): void {
    const [asHttp1] = server.listeners("secureConnection") as ((socket: TLSSocket) => void)[];
    server.removeAllListeners("secureConnection");
    server.on("secureConnection", (socket: TLSSocket) => {
      if (socket.alpnProtocol === ALPN_HTTP2) this.#http2.emit("connection", socket);
      else asHttp1?.call(server, socket);
    });
  }

  #await(socket: Socket, asHttp1: (socket: Socket) => void): void {
    let held: Buffer | null = null;
    const onData = (chunk: Buffer): void => {
      const bytes: Buffer = held === null ? chunk : Buffer.concat([held, chunk]);
      const isHttp2 = startsWithPreface(bytes);
      if (isHttp2 === undefined) {
        held = bytes;
        return;
      }
      this.#undecided.delete(socket);
      socket.off("data", onData).off("end", drop).off("error", drop);
      if (isHttp2) {
        socket.pause();
        socket.unshift(bytes);
        this.#http2.emit("connection", socket);
        return;
      }
      asHttp1.call(this.server, socket);
      // Straight to the listener that node:http has just added: cheaper than putting them back and reading them again.
      socket.emit("data", bytes);
    };
    this.#undecided.set(socket, Date.now());
    socket.on("data", onData).on("end", drop).on("error", drop);
  }

  /** One timer for all connections. */
  #sweep(): void {
    const oldest = Date.now() - UNDECIDED_TIMEOUT_MS;
    for (const [socket, since] of this.#undecided) {
      if (since <= oldest) socket.destroy();
      if (socket.destroyed) this.#undecided.delete(socket);
    }
  }

  #track(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    let streams = 0;
    session.on("stream", (stream) => {
      streams++;
      stream.once("close", () => streams--);
    });
    session.setTimeout(IDLE_SESSION_MS, () => {
      if (streams === 0) session.close();
    });
    // What goes wrong with a connection is the client's trouble; its requests see "close".
    session.on("error", () => {});
  }
}

function exchangeOf(request: HttpRequest, response: HttpResponse): Exchange {
  return { request, response, arrivedAt: performance.now(), target: null };
}

function drop(this: Socket): void {
  this.destroy();
}

/** undefined: too few bytes to tell. */
function startsWithPreface(bytes: Buffer): boolean | undefined {
  const length = Math.min(bytes.byteLength, PREFACE.byteLength);
  if (bytes.compare(PREFACE, 0, length, 0, length) !== 0) return false;
  return length === PREFACE.byteLength ? true : undefined;
}
