import type { HttpRequest } from "../http/exchange.js";
import { IngressError } from "./answer.js";

const EMPTY = new Uint8Array();

/**
 * Reads a whole body, then calls `done` once. An error is an IngressError; nothing is called when the client goes away.
 * Callbacks, not promises: this runs for every request.
 */
export function readBody(
  request: HttpRequest,
  limitBytes: number,
  done: (error: IngressError | null, body: Uint8Array) => void,
): void {
  const declared = request.headers["content-length"];
  // In HTTP/2 the length need not be declared.
  const isEmpty =
    declared === undefined
      ? request.httpVersionMajor === 1 && request.headers["transfer-encoding"] === undefined
      : declared === "0";
  if (isEmpty) {
    done(null, EMPTY);
    return;
  }
  if (declared !== undefined && Number(declared) > limitBytes) {
    request.resume();
    done(tooLarge(limitBytes), EMPTY);
    return;
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isDone = false;
  request.on("data", (chunk: Uint8Array) => {
    if (isDone) return;
    bytes += chunk.byteLength;
    if (bytes > limitBytes) {
      isDone = true;
      done(tooLarge(limitBytes), EMPTY);
      return;
    }
    chunks.push(chunk);
  });
  request.on("end", () => {
    if (isDone) return;
    isDone = true;
    done(null, chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, bytes));
  });
}

function tooLarge(limitBytes: number): IngressError {
  return new IngressError(
    413,
    `the body is larger than ${limitBytes} bytes: send less, or raise ingress.request-size-limit`,
    // What is left of the body is not read: the connection cannot be used again.
    { connection: "close" },
  );
}
