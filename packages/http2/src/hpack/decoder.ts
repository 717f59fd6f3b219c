import { ConnectionError } from "../connection-error.js";
import { ErrorCode } from "../error-codes.js";
import { entryBytes, HpackDynamicTable } from "./dynamic-table.js";
import { decodeHuffman } from "./huffman.js";
import { STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from "./static-table.js";

/** Continuation bytes of an integer: 28 bits, beyond which nothing here can be (RFC 7541, section 5.1). */
const MAX_INTEGER_SHIFT = 21;

/** Decodes the header blocks of a connection, which depend on those before them. Source: RFC 7541. */
export class HpackDecoder {
  /** The last block held more than the limit: the fields above it are missing, but the connection can go on. */
  isTooLarge = false;
  readonly #table: HpackDynamicTable;
  readonly #maxTableBytes: number;
  readonly #maxListBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param maxTableBytes what the peer knows from our settings */
  constructor(maxTableBytes: number, maxListBytes: number) {
    this.#table = new HpackDynamicTable(maxTableBytes);
    this.#maxTableBytes = maxTableBytes;
    this.#maxListBytes = maxListBytes;
  }

  /** As long as it stays the same, the same block means the same fields. */
  get generation(): number {
    return this.#table.generation;
  }

  /**
   * Names and values in turn, bytes as latin1.
   * @throws ConnectionError, since no later block can be understood
   */
  decode(bytes: Buffer, start: number, end: number): string[] {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.isTooLarge = false;
    const fields: string[] = [];
    let listBytes = 0;
    let mayResize = true;
    while (this.#at < end) {
      const byte = bytes[this.#at]!;
      if ((byte & 0xe0) === 0x20) {
        if (!mayResize) throw malformed("a table size update after a field");
        this.#resize();
        continue;
      }
      mayResize = false;
      let name: string;
      let value: string;
      if ((byte & 0x80) !== 0) {
        const index = this.#integer(7);
        name = this.#nameAt(index);
        value = this.#valueAt(index);
      } else {
        const isIndexed = (byte & 0x40) !== 0;
        const index = this.#integer(isIndexed ? 6 : 4);
        name = index === 0 ? this.#string() : this.#nameAt(index);
        value = this.#string();
        if (isIndexed) this.#table.add(name, value);
      }
      listBytes += entryBytes(name, value);
      if (listBytes <= this.#maxListBytes) fields.push(name, value);
      else this.isTooLarge = true;
    }
    return fields;
  }

  #resize(): void {
    const maxBytes = this.#integer(5);
    if (maxBytes > this.#maxTableBytes) throw malformed(`a table of ${maxBytes} bytes`);
    this.#table.resize(maxBytes);
  }

  #nameAt(index: number): string {
    this.#checkIndex(index);
    return index <= STATIC_COUNT ? STATIC_NAMES[index]! : this.#table.name(index - STATIC_COUNT - 1);
  }

  #valueAt(index: number): string {
    return index <= STATIC_COUNT ? STATIC_VALUES[index]! : this.#table.value(index - STATIC_COUNT - 1);
  }

  #checkIndex(index: number): void {
    if (index === 0 || index > STATIC_COUNT + this.#table.count) throw malformed(`index ${index}`);
  }

  #string(): string {
    if (this.#at >= this.#end) throw malformed("no end");
    const isHuffman = (this.#bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    if (length > this.#end - start) throw malformed("no end");
    this.#at += length;
    return isHuffman
      ? decodeHuffman(this.#bytes, start, this.#at)
      : this.#bytes.toString("latin1", start, this.#at);
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      if (this.#at >= this.#end) throw malformed("no end");
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw malformed("an integer of too many bytes");
  }
}

function malformed(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, `a header block with ${what}`);
}
