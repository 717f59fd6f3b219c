import { encodeUtf8, encodeUtf8Into } from "./text.js";

/**
 * Where a key lives: a stable 64-bit hash of its UTF-8 bytes, big endian, as in the first 8 bytes of an invocation id.
 *
 * MurmurHash3 (x86, 128 bits, seed 0), its first half: 32-bit arithmetic only, so fast in JavaScript, and specified, so that
 * another language can compute it. The official server hashes with xxh3; partition keys need not agree between servers.
 * The values are stored forever: never change this.
 */
export function partitionKeyOf(key: string): Uint8Array {
  if (key.length > SCRATCH_UNITS) {
    const bytes = encodeUtf8(key);
    return hash(bytes, bytes.length);
  }
  return hash(scratch, writeKey(key));
}

const SCRATCH_UNITS = 128;
const SCRATCH_ASCII_UNITS = 40;
const scratch = new Uint8Array(SCRATCH_UNITS * 3);

function writeKey(key: string): number {
  const units = key.length;
  if (units > SCRATCH_ASCII_UNITS) return encodeUtf8Into(key, scratch, 0);
  for (let i = 0; i < units; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 0x7f) return encodeUtf8Into(key, scratch, 0);
    scratch[i] = unit;
  }
  return units;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

function rotl(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function finalMix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The little-endian word at `at`; bytes from `length` on count as zero. */
function wordAt(bytes: Uint8Array, at: number, length: number): number {
  if (at + 4 <= length) {
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  let word = 0;
  for (let i = at; i < length; i++) word |= bytes[i]! << (8 * (i - at));
  return word;
}

function hash(bytes: Uint8Array, length: number): Uint8Array {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const blocksEnd = length & ~15;
  for (let i = 0; i < blocksEnd; i += 16) {
    h1 ^= Math.imul(rotl(Math.imul(wordAt(bytes, i, length), C1), 15), C2);
    h1 = (Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotl(Math.imul(wordAt(bytes, i + 4, length), C2), 16), C3);
    h2 = (Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotl(Math.imul(wordAt(bytes, i + 8, length), C3), 17), C4);
    h3 = (Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotl(Math.imul(wordAt(bytes, i + 12, length), C4), 18), C1);
    h4 = (Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  // The tail. Words beyond the end are zero, and zero leaves a half as it is.
  h4 ^= Math.imul(rotl(Math.imul(wordAt(bytes, blocksEnd + 12, length), C4), 18), C1);
  h3 ^= Math.imul(rotl(Math.imul(wordAt(bytes, blocksEnd + 8, length), C3), 17), C4);
  h2 ^= Math.imul(rotl(Math.imul(wordAt(bytes, blocksEnd + 4, length), C2), 16), C3);
  h1 ^= Math.imul(rotl(Math.imul(wordAt(bytes, blocksEnd, length), C1), 15), C2);

  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h3 = finalMix(h3);
  h4 = finalMix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;

  const key = new Uint8Array(8);
  key[0] = h1 >>> 24;
  key[1] = h1 >>> 16;
  key[2] = h1 >>> 8;
  key[3] = h1;
  key[4] = h2 >>> 24;
  key[5] = h2 >>> 16;
  key[6] = h2 >>> 8;
  key[7] = h2;
  return key;
}
