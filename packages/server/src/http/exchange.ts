import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { Client } from "../partition/commands.js";
import type { Target } from "../partition/model.js";

/** What requests of HTTP/1.1 and HTTP/2 have in common. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined };
}

/** What responses of HTTP/1.1 and HTTP/2 have in common. */
export interface HttpResponse extends Writable {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  addTrailers(trailers: OutgoingHttpHeaders): void;
}

export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** On the clock of `performance.now`. */
  readonly arrivedAt: number;
  /** What is called, once that is known. */
  target: Pick<Target, "service" | "handler"> | null;
}

export function clientOf({ request }: Exchange, system: string): Client {
  const { remoteAddress: address, remotePort: port } = request.socket;
  return { system, address, port };
}
