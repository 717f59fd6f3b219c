import { createHash } from "node:crypto";

const BEFORE_NAME = Uint8Array.of(1);
const BEFORE_VALUE = Uint8Array.of(2);
const AFTER_VALUE = Uint8Array.of(3);
const PLACE_BYTES = 8;

/**
 * Names the present state of a key, so that a change can say what it was made from: base64url of a SHA-256 over the entries
 * in the order of their names. Source: Restate 1.7 as observed (what its command line tool sends).
 */
export function stateVersion(state: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  const entries = [...state].map(([name, value]) => ({ name: Buffer.from(name), value }));
  entries.sort((a, b) => Buffer.compare(a.name, b.name));
  for (const [place, { name, value }] of entries.entries()) {
    const index = Buffer.alloc(PLACE_BYTES);
    index.writeBigUInt64BE(BigInt(place));
    for (const part of [index, BEFORE_NAME, name, BEFORE_VALUE, value, AFTER_VALUE]) hash.update(part);
  }
  return hash.digest("base64url");
}
