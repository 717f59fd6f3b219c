import type { Readable, Writable } from "node:stream";
import type { ProtocolMode } from "@pawl/protocol";
import type { Attempt, OutputSink } from "../runtime/attempt.js";

/** Bodies of a request and its answer. In HTTP/2 both are one stream. */
export interface NodeBodies {
  readonly request: Readable;
  readonly response: Writable;
}

/**
 * Connects an attempt with the bodies of a request: chunks in, chunks out, backpressure both ways, and the end of either.
 *
 * With REQUEST_RESPONSE the request is read to its end first, since not every proxy passes an answer on before.
 *
 * @param sendHead sends status and headers; called once, before the first byte of the body
 */
export function pump(
  { request, response }: NodeBodies,
  mode: ProtocolMode,
  sendHead: () => void,
  start: (sink: OutputSink) => Attempt,
): void {
  const attempt = start({
    write: (bytes) => response.write(bytes),
    end: (bytes) => {
      if (bytes === undefined) response.end();
      else response.end(bytes);
    },
  });
  // Every way to lose a connection ends in "close"; after a proper end there is nothing left to disconnect.
  const disconnected = (): void => attempt.disconnected();
  request.on("error", noop);
  response.on("close", disconnected);
  if (request !== (response as unknown)) {
    response.on("error", noop);
    request.on("close", () => {
      if (!request.readableEnded) attempt.disconnected();
    });
  }
  response.on("drain", () => attempt.outputDrained());

  if (mode === "BIDI_STREAM") {
    sendHead();
    request.on("data", (chunk: Uint8Array) => attempt.receive(chunk));
    request.on("end", () => attempt.receiveEnd());
    return;
  }
  const chunks: Uint8Array[] = [];
  request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  request.on("end", () => {
    sendHead();
    for (const chunk of chunks) attempt.receive(chunk);
    attempt.receiveEnd();
  });
}

const noop = (): void => {};
