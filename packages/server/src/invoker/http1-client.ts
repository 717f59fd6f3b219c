import { Agent, type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import type { InvokerContext } from "./context.js";
import * as failures from "./failures.js";
import type { Http1Attempt } from "./http1-attempt.js";

/** Connections to one origin over HTTP/1.1, kept for later attempts. */
export class Http1Client {
  /** What a socket emits when it can be written to. */
  readonly connectEvent: "connect" | "secureConnect";
  readonly #context: InvokerContext;
  readonly #agent: Agent;
  readonly #request: typeof requestHttp;
  readonly #host: string;
  readonly #port: string;
  readonly #attempts = new Set<Http1Attempt>();

  constructor(context: InvokerContext, base: URL) {
    const { http1ConnectionsPerOrigin, idleConnectionMs, tls } = context.limits;
    const isTls = base.protocol === "https:";
    const options = {
      keepAlive: true,
      maxSockets: http1ConnectionsPerOrigin,
      maxFreeSockets: http1ConnectionsPerOrigin,
      scheduling: "lifo",
      // Of idle sockets: Node.js ends only those by itself.
      timeout: idleConnectionMs,
    } as const;
    this.#context = context;
    this.#agent = isTls ? new TlsAgent({ ...options, ...tls }) : new Agent(options);
    this.#request = isTls ? requestHttps : requestHttp;
    this.#host = base.hostname.replace(/^\[(.*)\]$/, "$1");
    this.#port = base.port === "" ? (isTls ? "443" : "80") : base.port;
    this.connectEvent = isTls ? "secureConnect" : "connect";
  }

  enter(attempt: Http1Attempt): void {
    const { http1ConnectionsPerOrigin, waitingPerOrigin } = this.#context.limits;
    const waiting = this.#attempts.size - http1ConnectionsPerOrigin;
    if (waiting >= waitingPerOrigin) {
      attempt.failLater(failures.tooManyWaiting(attempt.target.url, waiting));
      return;
    }
    this.#attempts.add(attempt);
    attempt.open();
  }

  /** Asks for a connection; the request goes out once there is one. */
  request(path: string, headers: string[]): ClientRequest {
    return this.#request({
      agent: this.#agent,
      host: this.#host,
      port: this.#port,
      method: "POST",
      path,
      headers,
    });
  }

  release(attempt: Http1Attempt): void {
    this.#attempts.delete(attempt);
  }

  destroy(): void {
    for (const attempt of this.#attempts) attempt.close();
    this.#agent.destroy();
  }
}
