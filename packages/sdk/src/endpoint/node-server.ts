import { createServer as createHttp1Server } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { PREFACE } from "@pawl/http2";
import { Endpoint, type EndpointOptions } from "./endpoint.js";
import { Http2Connection } from "./http2-connection.js";
import { createNodeHandler, modeOf } from "./node-handlers.js";

const DEFAULT_PORT = 9080;
/** A client that speaks HTTP/2 without asking begins with it (RFC 9113, section 3.3). */
const HTTP2_PREFACE = Buffer.from(PREFACE);

/** What is served, and where. */
export interface EndpointServerOptions extends EndpointOptions {
  /** Default: the environment variable PORT, or 9080. 0: any free port. */
  port?: number;
  /** Default: all interfaces. */
  host?: string;
  /** Default: true over HTTP/2, false over HTTP/1.1. */
  bidirectional?: boolean;
}

/** A listening endpoint. */
export interface EndpointServer {
  readonly port: number;
  /** Stops listening and cuts all connections; attempts under way are retried by the server. */
  close(): Promise<void>;
}

/**
 * Serves an endpoint over cleartext HTTP/2 and HTTP/1.1 on the same port.
 * @throws the error of the socket if it cannot listen, e.g. EADDRINUSE
 *
 * @example
 * ```ts
 * const greeter = pawl.service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * const server = await pawl.createEndpointServer({ services: [greeter], port: 0 });
 * console.log(`http://127.0.0.1:${server.port}`);
 * await server.close();
 * ```
 */
export async function createEndpointServer(options: EndpointServerOptions): Promise<EndpointServer> {
  const endpoint = new Endpoint(options);
  const sockets = new Set<Socket>();
  const accept = createAccept(endpoint, options.bidirectional);
  const server = createTcpServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    accept(socket);
  });
  await listen(server, options.port ?? portFromEnvironment(), options.host);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  endpoint.logger.info(`Listening on port ${port}.`);
  if (!endpoint.checksIdentity && process.env.NODE_ENV === "production") {
    endpoint.logger.warn(
      "Requests are taken from everybody who reaches this port. Restrict access to it, or set identityKeys.",
    );
  }
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function portFromEnvironment(): number {
  const port = Number.parseInt(process.env.PORT ?? "", 10);
  return Number.isNaN(port) ? DEFAULT_PORT : port;
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Hands each connection to the protocol that its first bytes speak. */
function createAccept(endpoint: Endpoint, bidirectional: boolean | undefined): (socket: Socket) => void {
  // An attempt may take as long as it likes: the server has timeouts of its own.
  const http1 = createHttp1Server({ requestTimeout: 0 }, createNodeHandler(endpoint, bidirectional));
  const http2Mode = modeOf(bidirectional, true);

  return (socket) => {
    socket.on("error", () => socket.destroy());
    let first: Buffer = Buffer.alloc(0);
    const sniff = (chunk: Buffer): void => {
      first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
      const compared = Math.min(first.length, HTTP2_PREFACE.length);
      const isHttp2 = first.subarray(0, compared).equals(HTTP2_PREFACE.subarray(0, compared));
      if (isHttp2 && compared < HTTP2_PREFACE.length) return;
      socket.off("data", sniff);
      if (isHttp2) {
        new Http2Connection(endpoint, http2Mode, socket, first);
        return;
      }
      socket.pause();
      socket.unshift(first);
      http1.emit("connection", socket);
      socket.resume();
    };
    socket.on("data", sniff);
  };
}
