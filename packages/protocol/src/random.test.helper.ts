/** Repeatable randomness for tests: mulberry32, a few lines that pass for random here. */
export interface Random {
  /** 0 <= n < limit */
  below(limit: number): number;
  bytes(length: number): Uint8Array;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return {
    below: (limit) => Math.floor((next() / 0x1_0000_0000) * limit),
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
}
