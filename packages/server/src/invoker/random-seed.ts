import { INVOCATION_ID_BYTES, type InvocationIdBytes } from "@pawl/protocol";

const UUID_OFFSET = INVOCATION_ID_BYTES - 16;
/** Halves are mixed as 32-bit numbers: a BigInt for each would cost more than all the rest. */
const seed = new DataView(new ArrayBuffer(8));

/**
 * What a handler's random numbers grow from (V6 and newer): the same on every attempt of an invocation, so it is made of
 * the id alone. The uuid's halves hold 80 random bits, or a hash; 0 is avoided, since the wire cannot tell it from none.
 */
export function randomSeedOf(id: InvocationIdBytes): bigint {
  seed.setUint32(0, uint32At(id, UUID_OFFSET) ^ uint32At(id, UUID_OFFSET + 8));
  seed.setUint32(4, uint32At(id, UUID_OFFSET + 4) ^ uint32At(id, UUID_OFFSET + 12));
  return seed.getBigUint64(0) || 1n;
}

function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
