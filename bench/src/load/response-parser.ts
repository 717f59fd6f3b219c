const MAX_HEAD_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const HEAD_END = "\r\n\r\n";
const STATUS_LINE = /^HTTP\/1\.1 (\d{3})[ \r]/;
const CONTENT_LENGTH = /\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n/i;
/** Answers to these have no body and need no length (RFC 9112, 6.3). */
const BODILESS_STATUSES: ReadonlySet<number> = new Set([204, 304]);

/** @param body valid only during the call: it is a view of what was read from the socket */
export type OnResponse = (status: number, body: Buffer) => void;

/**
 * Finds the responses in what an HTTP/1.1 server sends: only what a benchmark needs, so that it costs next to nothing.
 * Bodies need a content-length.
 */
export class ResponseParser {
  readonly #onResponse: OnResponse;
  /** What has come of a response that is not complete. */
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes that the first response of `#rest` needs; 0 while its head is not complete. */
  #needed = 0;

  constructor(onResponse: OnResponse) {
    this.#onResponse = onResponse;
  }

  /** @throws Error when this is no response that the parser understands; it cannot go on after that */
  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length > 0 && bytes.length >= this.#needed) {
      const headLength = bytes.indexOf(HEAD_END);
      if (headLength > MAX_HEAD_BYTES || (headLength < 0 && bytes.length > MAX_HEAD_BYTES)) {
        throw new Error(`the head of a response has more than ${MAX_HEAD_BYTES} bytes`);
      }
      if (headLength < 0) break;
      // With the line end of its last header, which the pattern of the length wants.
      const head = bytes.toString("latin1", 0, headLength + 2);
      const status = parseStatus(head);
      const bodyStart = headLength + HEAD_END.length;
      const bodyEnd = bodyStart + parseBodyLength(head, status);
      this.#needed = bodyEnd;
      if (bytes.length < bodyEnd) break;
      this.#needed = 0;
      this.#onResponse(status, bytes.subarray(bodyStart, bodyEnd));
      bytes = bytes.subarray(bodyEnd);
    }
    this.#rest = bytes;
  }
}

function parseStatus(head: string): number {
  const status = STATUS_LINE.exec(head)?.[1];
  if (status === undefined) throw new Error(`no HTTP/1.1 response: ${JSON.stringify(head.slice(0, 40))}`);
  return Number(status);
}

function parseBodyLength(head: string, status: number): number {
  const text = CONTENT_LENGTH.exec(head)?.[1];
  if (text === undefined) {
    if (BODILESS_STATUSES.has(status)) return 0;
    throw new Error(`a response without content-length, which this parser needs: ${JSON.stringify(head)}`);
  }
  const length = Number(text);
  if (length > MAX_BODY_BYTES) throw new Error(`the body of a response has ${length} bytes`);
  return length;
}
