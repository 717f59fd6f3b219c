import { ProtocolError } from "./errors.js";
import { encodeUtf8Into } from "./text.js";

const UINT32_LIMIT = 0x1_0000_0000;
/** Messages are cut one after the other from slabs of this size. */
const SLAB_BYTES = 8 * 1024;
/** What a message larger than a slab gets beyond its present need, so that a few more fields do not copy it again. */
const LARGE_SLACK_BYTES = 1024;
/** Texts up to this many UTF-16 units are written by a loop; their length then takes one byte. */
const SHORT_TEXT_UNITS = 24;
const EMPTY = new Uint8Array(0);

/**
 * Writes messages in the protobuf wire format: `begin`, any number of fields, `finish`.
 *
 * The result is a view into a slab that holds other messages as well, as with Node's `Buffer`: a typed array of its own
 * costs ten times as much as a view, from 65 bytes on. A message larger than a slab gets its own buffer.
 *
 * Fields with proto3's implicit presence are left out by the codecs, not here: every method writes what it is given.
 */
export class ProtoWriter {
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #pos = 0;

  /** Starts a message; what an earlier one left unfinished (an encoder threw) is dropped. */
  begin(): void {
    if (this.#bytes.length > SLAB_BYTES) this.#drop();
    this.#pos = this.#start;
  }

  finish(): Uint8Array {
    const start = this.#start;
    const end = this.#pos;
    const message = this.#bytes.subarray(start, end);
    // A small message must not keep a large one's buffer alive.
    if (this.#bytes.length > SLAB_BYTES) this.#drop();
    else this.#start = end;
    return message;
  }

  #drop(): void {
    this.#bytes = EMPTY;
    this.#start = this.#pos = 0;
  }

  /** Where the next byte goes, counted from the message's start. */
  get position(): number {
    return this.#pos - this.#start;
  }

  /** Takes back everything from `position` on. */
  truncate(position: number): void {
    this.#pos = this.#start + position;
  }

  /** @throws ProtocolError "out-of-range" when `value` is no integer from 0 to 2^32-1 */
  uint32(tag: number, value: number): void {
    this.#ensure(10);
    this.#varint32(tag);
    this.#varint32(value);
  }

  bool(tag: number, value: boolean): void {
    this.#ensure(6);
    this.#varint32(tag);
    this.#bytes[this.#pos++] = value ? 1 : 0;
  }

  /** @throws ProtocolError "out-of-range" when `value` is no integer from 0 to 2^53-1 */
  safeUint64(tag: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw outOfRange(tag, value);
    this.#ensure(15);
    this.#varint32(tag);
    this.#varintSafe(value);
  }

  /** @throws ProtocolError "out-of-range" when `value` is not within 64 unsigned bits */
  bigUint64(tag: number, value: bigint): void {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw outOfRange(tag, value);
    this.#ensure(15);
    this.#varint32(tag);
    this.#varint64(Number(value & 0xffff_ffffn), Number(value >> 32n));
  }

  bytes(tag: number, value: Uint8Array): void {
    this.#ensure(10 + value.length);
    this.#varint32(tag);
    this.#varint32(value.length);
    this.#bytes.set(value, this.#pos);
    this.#pos += value.length;
  }

  /** A nested message whose only field is `bytes content = 1` (Value). An empty content leaves the message empty. */
  wrappedBytes(tag: number, content: Uint8Array): void {
    const length = content.length;
    this.#ensure(20 + length);
    this.#varint32(tag);
    if (length === 0) {
      this.#bytes[this.#pos++] = 0;
      return;
    }
    this.#varint32(1 + varintBytes(length) + length);
    this.bytes(0x0a, content);
  }

  /** A nested message without fields (Void). */
  empty(tag: number): void {
    this.#ensure(6);
    this.#varint32(tag);
    this.#bytes[this.#pos++] = 0;
  }

  text(tag: number, value: string): void {
    const units = value.length;
    this.#ensure(10 + units * 3);
    this.#varint32(tag);
    if (units <= SHORT_TEXT_UNITS && this.#shortAscii(value, units)) return;
    // Assume the length's varint to be as long as it is for ASCII; move the text in the rare other case.
    const guess = varintBytes(units);
    const start = this.#pos;
    const written = encodeUtf8Into(value, this.#bytes, start + guess);
    const needed = varintBytes(written);
    if (needed !== guess) this.#bytes.copyWithin(start + needed, start + guess, start + guess + written);
    this.#varint32(written);
    this.#pos += written;
  }

  packedUint32(tag: number, values: readonly number[]): void {
    this.#ensure(10);
    this.#varint32(tag);
    let length = 0;
    for (const value of values) length += varintBytes(value);
    this.#varint32(length);
    this.#ensure(length);
    for (const value of values) this.#varint32(value);
  }

  /** Starts a nested message of unknown length; returns what `close` needs. */
  open(tag: number): number {
    this.#ensure(6);
    this.#varint32(tag);
    this.#pos++;
    // Relative: the bytes may move to a larger buffer before `close`.
    return this.#pos - this.#start;
  }

  /** Ends the nested message that `open` started. */
  close(opened: number): void {
    const body = this.#start + opened;
    const length = this.#pos - body;
    if (length < 0x80) {
      this.#bytes[body - 1] = length;
      return;
    }
    // One byte was kept for the length; longer ones shift the body.
    const extra = varintBytes(length) - 1;
    this.#ensure(extra);
    const at = this.#start + opened;
    this.#bytes.copyWithin(at + extra, at, this.#pos);
    const end = this.#pos + extra;
    this.#pos = at - 1;
    this.#varint32(length);
    this.#pos = end;
  }

  /** Starts a nested message of known length. */
  openSized(tag: number, length: number): void {
    this.#ensure(10);
    this.#varint32(tag);
    this.#varint32(length);
  }

  /** Bytes as they are: frame headers, whole payloads. */
  raw(value: Uint8Array): void {
    this.#ensure(value.length);
    this.#bytes.set(value, this.#pos);
    this.#pos += value.length;
  }

  /** Keeps room for `count` bytes to be filled in later with `patchUint32`/`patchUint16`; returns their position. */
  reserve(count: number): number {
    this.#ensure(count);
    const at = this.#pos - this.#start;
    this.#pos += count;
    return at;
  }

  /** Writes `value` big endian at a position that `reserve` gave. */
  patchUint16(at: number, value: number): void {
    const i = this.#start + at;
    this.#bytes[i] = value >>> 8;
    this.#bytes[i + 1] = value;
  }

  /** Writes `value` big endian at a position that `reserve` gave. */
  patchUint32(at: number, value: number): void {
    this.patchUint16(at, value >>> 16);
    this.patchUint16(at + 2, value & 0xffff);
  }

  #shortAscii(value: string, units: number): boolean {
    const bytes = this.#bytes;
    const start = this.#pos + 1;
    for (let i = 0; i < units; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[start + i] = unit;
    }
    bytes[start - 1] = units;
    this.#pos = start + units;
    return true;
  }

  #varint32(value: number): void {
    if (value < 0x80 && value >= 0) {
      if (value !== (value | 0)) throw outOfRange(undefined, value);
      this.#bytes[this.#pos++] = value;
      return;
    }
    if (value >>> 0 !== value) throw outOfRange(undefined, value);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#pos++] = rest;
  }

  #varintSafe(value: number): void {
    let rest = value;
    // Division instead of shifts while the number has more than 32 bits.
    while (rest >= UINT32_LIMIT) {
      this.#bytes[this.#pos++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#varint32(rest);
  }

  #varint64(low: number, high: number): void {
    let l = low;
    let h = high;
    while (h > 0) {
      this.#bytes[this.#pos++] = (l & 0x7f) | 0x80;
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.#varint32(l);
  }

  #ensure(count: number): void {
    if (this.#pos + count > this.#bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const used = this.#pos - this.#start;
    const needed = used + count;
    // Doubling bounds the number of copies when many small fields add up to a large message.
    const size = needed <= SLAB_BYTES ? SLAB_BYTES : Math.max(needed + LARGE_SLACK_BYTES, used * 2);
    const larger = new Uint8Array(size);
    larger.set(this.#bytes.subarray(this.#start, this.#pos));
    this.#bytes = larger;
    this.#start = 0;
    this.#pos = used;
  }
}

/** How many bytes the varint of a 32-bit number takes. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  return 5;
}

function outOfRange(tag: number | undefined, value: number | bigint): ProtocolError {
  const where = tag === undefined ? "" : `field ${tag >>> 3}: `;
  return new ProtocolError("out-of-range", `${where}${value} does not fit its field`);
}
