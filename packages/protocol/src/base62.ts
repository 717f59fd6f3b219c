import { ProtocolError } from "./errors.js";

/**
 * Fixed-width base62 of 64-bit and 128-bit numbers, as ids are printed: digits `0-9a-zA-Z`, padded with zeros.
 *
 * The number is read from its bytes with the least significant byte FIRST, although ids are big endian everywhere else: the
 * official server prints a number byte-swapped (observed: partition key 6091931909762340275 prints as `foAirY4KKzi`).
 *
 * Every invocation prints its id, so this works on limbs of 24 bits and takes four digits per division; BigInt takes
 * several times as long.
 */

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE = 62;
const PAIRS = BASE * BASE;
/** Four digits. A remainder below this times 2^24 stays exact in a double. */
const QUADS = PAIRS * PAIRS;
const LIMB = 0x100_0000;

/** The two characters of each number below 62^2: the first in the high byte. */
const pairChars = new Uint16Array(PAIRS);
for (let i = 0; i < PAIRS; i++) {
  pairChars[i] = (ALPHABET.charCodeAt(Math.floor(i / BASE)) << 8) | ALPHABET.charCodeAt(i % BASE);
}

/** The digit of each ASCII character, or -1. */
const digitOfChar = new Int8Array(128).fill(-1);
for (let i = 0; i < BASE; i++) digitOfChar[ALPHABET.charCodeAt(i)] = i;

/** How many digits a number of so many bytes takes. */
export function base62Digits(byteCount: 8 | 16): 11 | 22 {
  return byteCount === 8 ? 11 : 22;
}

const limbs = new Int32Array(6);

/** Writes the digits of `bytes[start, start + byteCount)` as ASCII to `into[at...]`. */
export function encodeBase62(
  bytes: Uint8Array,
  start: number,
  byteCount: 8 | 16,
  into: Uint8Array,
  at: number,
): void {
  const limbCount = byteCount === 8 ? 3 : 6;
  loadLimbs(bytes, start, byteCount);
  let top = limbCount - 1;
  let end = at + base62Digits(byteCount);
  while (end > at) {
    let rest = 0;
    for (let i = top; i >= 0; i--) {
      const value = rest * LIMB + limbs[i]!;
      const quotient = Math.floor(value / QUADS);
      limbs[i] = quotient;
      rest = value - quotient * QUADS;
    }
    while (top > 0 && limbs[top] === 0) top--;
    const high = Math.floor(rest / PAIRS);
    end = writePair(into, at, end, pairChars[rest - high * PAIRS]!);
    end = writePair(into, at, end, pairChars[high]!);
  }
}

/** Writes two digits before `end`, as far as the number's width goes; what is beyond it is zero. */
function writePair(into: Uint8Array, at: number, end: number, pair: number): number {
  let i = end;
  if (i > at) into[--i] = pair & 0xff;
  if (i > at) into[--i] = pair >>> 8;
  return i;
}

function loadLimbs(bytes: Uint8Array, start: number, byteCount: 8 | 16): void {
  let limb = 0;
  let i = start;
  const end = start + byteCount;
  for (; i + 3 <= end; i += 3) {
    limbs[limb++] = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16);
  }
  // 8 bytes leave two over, 16 bytes leave one.
  limbs[limb] = byteCount === 8 ? bytes[i]! | (bytes[i + 1]! << 8) : bytes[i]!;
}

/**
 * Reads the digits at `text[at...]` into `into[start, start + byteCount)`.
 * @throws ProtocolError "bad-id" on a foreign character or a number too large for its bytes
 */
export function decodeBase62(
  text: string,
  at: number,
  byteCount: 8 | 16,
  into: Uint8Array,
  start: number,
): void {
  const limbCount = byteCount === 8 ? 3 : 6;
  for (let i = 0; i < limbCount; i++) limbs[i] = 0;
  const end = at + base62Digits(byteCount);
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    const digit = code < 128 ? digitOfChar[code]! : -1;
    if (digit < 0) throw badCharacter(text, i);
    let carry = digit;
    for (let l = 0; l < limbCount; l++) {
      const value = limbs[l]! * BASE + carry;
      limbs[l] = value & (LIMB - 1);
      carry = value >>> 24;
    }
    if (carry !== 0) throw tooLarge(text, at, end);
  }
  // The last limb holds what the full limbs leave over: 16 bits of 64, 8 bits of 128.
  if (limbs[limbCount - 1]! >>> (byteCount === 8 ? 16 : 8) !== 0) throw tooLarge(text, at, end);
  for (let i = 0; i < byteCount; i++) {
    into[start + i] = limbs[Math.floor(i / 3)]! >>> (8 * (i % 3));
  }
}

function badCharacter(text: string, at: number): ProtocolError {
  return new ProtocolError("bad-id", `${JSON.stringify(text)}: no base62 digit at position ${at}`);
}

function tooLarge(text: string, at: number, end: number): ProtocolError {
  return new ProtocolError(
    "bad-id",
    `${JSON.stringify(text)}: the number at ${at} to ${end - 1} is too large`,
  );
}
