import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";

/** What happens to a stream of HTTP/2, as its attempt sees it. */
export interface StreamOwner {
  headers(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void;
  data(chunk: Buffer): void;
  /** What was written has gone out. */
  drained(): void;
  /** The end of the data, or a reset: Node.js reports both. */
  ended(): void;
  errored(error: Error): void;
  /** Comes last, and always. */
  closed(): void;
}

const OWNER = Symbol("owner");

interface OwnedStream extends ClientHttp2Stream {
  [OWNER]?: StreamOwner | undefined;
}

/** Listeners find the owner on the stream: they are the same functions for all streams, not closures of each. */
export function own(stream: ClientHttp2Stream, owner: StreamOwner): void {
  (stream as OwnedStream)[OWNER] = owner;
  stream.on("response", onResponse);
  stream.on("data", onData);
  stream.on("end", onEnd);
  stream.on("error", onError);
  stream.on("close", onClose);
}

/** Nothing more is told of the stream. */
export function disown(stream: ClientHttp2Stream): void {
  (stream as OwnedStream)[OWNER] = undefined;
}

/** `drained` will be called once. */
export function awaitDrain(stream: ClientHttp2Stream): void {
  stream.once("drain", onDrain);
}

function onResponse(this: OwnedStream, headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
  this[OWNER]?.headers(headers);
}

function onData(this: OwnedStream, chunk: Buffer): void {
  this[OWNER]?.data(chunk);
}

function onDrain(this: OwnedStream): void {
  this[OWNER]?.drained();
}

function onEnd(this: OwnedStream): void {
  this[OWNER]?.ended();
}

function onError(this: OwnedStream, error: Error): void {
  this[OWNER]?.errored(error);
}

function onClose(this: OwnedStream): void {
  this[OWNER]?.closed();
}
