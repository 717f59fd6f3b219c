import { STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from "./static-table.js";

/** Representations of a field, and how many bits of their first byte are the index. Source: RFC 7541, section 6. */
const INDEXED = 0x80;
const INDEXED_BITS = 7;
const WITHOUT_INDEXING = 0x00;
const NEVER_INDEXED = 0x10;
const LITERAL_BITS = 4;
const STRING_BITS = 7;

/** An update of the table's size to 0. Source: RFC 7541, section 6.3. */
export const EMPTY_TABLE = Buffer.of(0x20);

/** Nobody on the way may put these into a table, where they could be guessed (RFC 7541, section 7.1.3). */
const SECRETS = new Set(["authorization", "proxy-authorization", "cookie"]);

const FIRST_BYTES = 1024;

/** Fields that are the same in many blocks, encoded once. They leave the peer's table alone. */
export function encodeFields(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const block = new HeaderBlock();
  for (const [name, value] of fields) block.field(name, value);
  return Buffer.from(block.bytes.subarray(0, block.length));
}

/** The beginning of a field with this name, encoded once; `HeaderBlock.value` continues it. */
export function encodeName(name: string): Buffer {
  const block = new HeaderBlock();
  block.name(name, WITHOUT_INDEXING);
  return Buffer.from(block.bytes.subarray(0, block.length));
}

/**
 * A header block that is put together, used for one after the other. Strings are bytes as latin1 and go out as they are:
 * Huffman codes would save a few bytes on the way and cost both sides more than these.
 */
export class HeaderBlock {
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = byte;
  }

  encoded(fields: Buffer): void {
    this.#reserve(fields.length);
    this.length += fields.copy(this.bytes, this.length);
  }

  field(name: string, value: string): void {
    for (let index = 1; index <= STATIC_COUNT; index++) {
      if (STATIC_NAMES[index] === name && STATIC_VALUES[index] === value && value !== "") {
        this.#integer(INDEXED, INDEXED_BITS, index);
        return;
      }
    }
    this.name(name, SECRETS.has(name) ? NEVER_INDEXED : WITHOUT_INDEXING);
    this.value(value);
  }

  name(name: string, representation: number): void {
    const index = STATIC_NAMES.indexOf(name, 1);
    this.#integer(representation, LITERAL_BITS, Math.max(index, 0));
    if (index < 0) this.value(name);
  }

  /** A string literal: what follows a name. */
  value(value: string): void {
    this.#integer(0, STRING_BITS, value.length);
    this.#reserve(value.length);
    this.length += this.bytes.write(value, this.length, "latin1");
  }

  #integer(first: number, prefixBits: number, value: number): void {
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      this.byte(first | value);
      return;
    }
    this.byte(first | mask);
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + bytes));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
