import type { Rand } from "../context/context.js";

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotateLeft = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)));

/**
 * xoshiro256++ seeded by splitmix64 (Blackman and Vigna, public domain): the generator that the official TypeScript SDK
 * uses, so an invocation that moves to this SDK goes on with the same numbers.
 */
export class SeededRandom implements Rand {
  #seed: bigint;
  #state: [bigint, bigint, bigint, bigint] | undefined;

  constructor(seed: bigint) {
    this.#seed = u64(seed);
  }

  random(): number {
    return Number(this.#next() & 0x1f_ffff_ffff_ffffn) / 2 ** 53;
  }

  uuidv4(): string {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.#next(), true);
    view.setBigUint64(8, this.#next(), true);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #next(): bigint {
    this.#state ??= [this.#splitMix(), this.#splitMix(), this.#splitMix(), this.#splitMix()];
    const s = this.#state;
    const result = u64(rotateLeft(u64(s[0] + s[3]), 23n) + s[0]);
    const t = u64(s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 45n);
    return result;
  }

  #splitMix(): bigint {
    this.#seed = u64(this.#seed + 0x9e37_79b9_7f4a_7c15n);
    let z = this.#seed;
    z = u64((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    z = u64((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return z ^ (z >> 31n);
  }
}

/** V5 servers send no seed: it follows from the invocation's id (24 bytes), and so is the same on every attempt. */
export function seedFromId(rawId: Uint8Array): bigint {
  let seed = 0n;
  for (const byte of rawId) seed = u64((seed ^ BigInt(byte)) * 0x0000_0100_0000_01b3n);
  return seed;
}
