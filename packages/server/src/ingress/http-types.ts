import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";

/** What requests of HTTP/1.1 and HTTP/2 have in common. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

/** What responses of HTTP/1.1 and HTTP/2 have in common. */
export interface HttpResponse extends Writable {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  addTrailers(trailers: OutgoingHttpHeaders): void;
}

export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}
