import { DEFAULT_HEADER_TABLE_BYTES } from "../frame-types.js";
import { HpackDecoder } from "../hpack/decoder.js";
import { MAX_HEADER_LIST_BYTES } from "../limits.js";
import { malformed, type ResponseFields, responseFields } from "./response-fields.js";

/** Larger blocks are hardly the same twice. */
const MAX_REMEMBERED_BYTES = 512;

/**
 * Header blocks of responses. Those of an endpoint are nearly all alike: once its fields are in the table, the same few
 * bytes come again and again, and need no more than a comparison.
 */
export class ResponseDecoder {
  readonly #decoder = new HpackDecoder(DEFAULT_HEADER_TABLE_BYTES, MAX_HEADER_LIST_BYTES);
  readonly #block = Buffer.alloc(MAX_REMEMBERED_BYTES);
  #blockBytes = 0;
  #generation = -1;
  #fields: ResponseFields | null = null;

  /** @throws ConnectionError when no later block could be understood */
  decode(bytes: Buffer, start: number, end: number): ResponseFields {
    const decoder = this.#decoder;
    const before = decoder.generation;
    if (this.#generation === before && this.#isRemembered(bytes, start, end)) return this.#fields!;
    const list = decoder.decode(bytes, start, end);
    const fields = decoder.isTooLarge
      ? malformed(`more than ${MAX_HEADER_LIST_BYTES} bytes of fields`)
      : responseFields(list);
    if (decoder.generation === before && end - start <= MAX_REMEMBERED_BYTES) {
      this.#blockBytes = bytes.copy(this.#block, 0, start, end);
      this.#generation = before;
      this.#fields = fields;
    }
    return fields;
  }

  #isRemembered(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length !== this.#blockBytes) return false;
    const block = this.#block;
    for (let i = 0; i < length; i++) {
      if (block[i] !== bytes[start + i]) return false;
    }
    return true;
  }
}
