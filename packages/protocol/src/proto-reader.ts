import { plainBytes } from "./bytes.js";
import { ProtocolError } from "./errors.js";
import { decodeUtf8 } from "./text.js";

/**
 * The protobuf wire format for reading, as much of it as the service protocol uses.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/. Groups (wire types 3 and 4) are refused: proto3 has none.
 */

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

const UINT32_LIMIT = 0x1_0000_0000;
/** High halves above this make a 64-bit number that a double cannot hold exactly. */
const MAX_SAFE_HIGH = 0x1f_ffff;

/**
 * How many elements all repeated fields of one message may have together. An empty element costs two bytes on the wire
 * and a few dozen in memory: without a bound a frame of 32 MiB would become a gigabyte of objects.
 */
export const MAX_REPEATED_ELEMENTS = 1_048_576;

/**
 * Reads one message. Nested messages are read in place: `enter` narrows `end`, `leave` restores it.
 * Every method throws `ProtocolError` ("truncated" or "malformed") rather than read beyond `end`.
 */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #message: string;
  #pos = 0;
  #end: number;
  #field = 0;
  #elements = 0;

  /** @param message its name, for error messages */
  constructor(bytes: Uint8Array, message: string) {
    this.#bytes = plainBytes(bytes);
    this.#message = message;
    this.#end = bytes.length;
  }

  /** Whether the message at hand has another field. */
  more(): boolean {
    return this.#pos < this.#end;
  }

  /** The next field's tag: number * 8 + wire type. */
  tag(): number {
    const tag = this.#varint32();
    this.#field = tag >>> 3;
    if (this.#field === 0) throw this.malformed("field number 0");
    return tag;
  }

  /** Steps over the value of a field that nobody asked for. */
  skip(tag: number): void {
    switch (tag & 7) {
      case WIRE_VARINT:
        this.#varint64();
        return;
      case WIRE_FIXED64:
        this.#advance(8);
        return;
      case WIRE_LENGTH_DELIMITED:
        this.#advance(this.#length());
        return;
      case WIRE_FIXED32:
        this.#advance(4);
        return;
      default:
        throw this.malformed(`wire type ${tag & 7}`);
    }
  }

  /** @throws ProtocolError "malformed" above 2^32-1 */
  uint32(): number {
    return this.#varint32();
  }

  bool(): boolean {
    this.#varint64();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** An enum's number; numbers that no enum of ours has (negative or large ones, too) come out as -1. */
  enumeration(): number {
    this.#varint64();
    return this.#high === 0 && this.#low <= 0x7fff_ffff ? this.#low : -1;
  }

  /** A 64-bit number that must be a safe integer: times and durations are. */
  safeUint64(): number {
    this.#varint64();
    if (this.#high > MAX_SAFE_HIGH) throw this.malformed("a 64-bit number above 2^53 - 1");
    return this.#high * UINT32_LIMIT + this.#low;
  }

  bigUint64(): bigint {
    this.#varint64();
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const length = this.#length();
    const start = this.#pos;
    this.#pos = start + length;
    return this.#bytes.subarray(start, this.#pos);
  }

  text(): string {
    const length = this.#length();
    const start = this.#pos;
    this.#pos = start + length;
    const text = decodeUtf8(this.#bytes, start, this.#pos);
    if (text === undefined) throw this.malformed("invalid UTF-8");
    return text;
  }

  /** One element of a `repeated uint32` that came unpacked: parsers must take both forms. */
  uint32Element(): number {
    this.countElement();
    return this.#varint32();
  }

  /** Appends the elements of a packed `repeated uint32`. */
  packedUint32(into: number[]): void {
    const outer = this.enter();
    while (this.#pos < this.#end) {
      this.countElement();
      into.push(this.#varint32());
    }
    this.leave(outer);
  }

  /** Narrows the reader to the nested message that follows; returns what `leave` needs. */
  enter(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#pos + length;
    return outer;
  }

  leave(outer: number): void {
    this.#end = outer;
  }

  /** To be called once for each element of a repeated field. */
  countElement(): void {
    if (++this.#elements > MAX_REPEATED_ELEMENTS) {
      throw new ProtocolError("too-large", `${this.#where()}: more than ${MAX_REPEATED_ELEMENTS} elements`);
    }
  }

  /** An error at the present place, to throw. */
  malformed(problem: string): ProtocolError {
    return new ProtocolError("malformed", `${this.#where()}: ${problem}`);
  }

  /** An error for a part that the message must have and has not, to throw. */
  missing(part: string): ProtocolError {
    return new ProtocolError("malformed", `${this.#message}: no ${part}`);
  }

  tooDeep(limit: number): ProtocolError {
    return new ProtocolError("too-deep", `${this.#where()}: nested deeper than ${limit}`);
  }

  #where(): string {
    return `${this.#message}, field ${this.#field}, offset ${this.#pos}`;
  }

  #truncated(): ProtocolError {
    return new ProtocolError("truncated", `${this.#where()}: the message ends within a value`);
  }

  /** A length that fits into what is left. */
  #length(): number {
    const length = this.#varint32();
    if (length > this.#end - this.#pos) throw this.#truncated();
    return length;
  }

  #advance(count: number): void {
    if (count > this.#end - this.#pos) throw this.#truncated();
    this.#pos += count;
  }

  #varint32(): number {
    if (this.#pos < this.#end) {
      const first = this.#bytes[this.#pos]!;
      if (first < 0x80) {
        this.#pos++;
        return first;
      }
    }
    this.#varint64();
    if (this.#high !== 0) throw this.malformed("a 32-bit number above 2^32 - 1");
    return this.#low;
  }

  // The halves of the last 64-bit varint: fields instead of a returned pair, to allocate nothing.
  #low = 0;
  #high = 0;

  #varint64(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = this.#pos;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) throw this.#truncated();
      const byte = bytes[pos++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else if (bits > 1) throw this.malformed("a varint above 2^64 - 1");
      else high |= bits << 31;
      if (byte < 0x80) {
        this.#pos = pos;
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.malformed("a varint of more than 10 bytes");
  }
}
