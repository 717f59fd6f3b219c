import { ConnectionError } from "./connection-error.js";
import { ErrorCode } from "./error-codes.js";
import { MAX_CONTINUATIONS, MAX_HEADER_BLOCK_BYTES } from "./limits.js";

/** A header block that comes in several frames. Source: RFC 9113, section 6.10. */
export class HeaderAssembly {
  /** 0 when none is under way. */
  streamId = 0;
  endsStream = false;
  #parts: Buffer[] = [];
  #bytes = 0;

  begin(streamId: number, endsStream: boolean, part: Buffer): void {
    this.streamId = streamId;
    this.endsStream = endsStream;
    this.#parts = [part];
    this.#bytes = part.length;
  }

  /** @throws ConnectionError when it grows too large */
  add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > MAX_HEADER_BLOCK_BYTES || this.#parts.length > MAX_CONTINUATIONS) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "a header block of too many bytes or frames");
    }
    this.#parts.push(part);
  }

  take(): Buffer {
    const block = Buffer.concat(this.#parts, this.#bytes);
    this.streamId = 0;
    this.#parts = [];
    return block;
  }
}
