import { INVOCATION_ID_BYTES, type InvocationIdBytes } from "@pawl/protocol";

const UUID_OFFSET = INVOCATION_ID_BYTES - 16;

/**
 * What a handler's random numbers grow from (V6 and newer): the same on every attempt of an invocation, so it is made of
 * the id alone. The uuid's halves hold 80 random bits, or a hash; 0 is avoided, since the wire cannot tell it from none.
 */
export function randomSeedOf(id: InvocationIdBytes): bigint {
  const view = new DataView(id.buffer, id.byteOffset, id.byteLength);
  return view.getBigUint64(UUID_OFFSET) ^ view.getBigUint64(UUID_OFFSET + 8) || 1n;
}
