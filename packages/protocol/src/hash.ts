/** The one place that needs a cryptographic hash, and so the one place of this package that needs Node. */
import { createHash } from "node:crypto";

/** The first 16 bytes of SHA-256 over the parts, joined by commas; absent parts leave no comma. */
export function sha256First16(parts: readonly (string | undefined)[]): Uint8Array {
  const text = parts.filter((part) => part !== undefined).join(",");
  const digest = createHash("sha256").update(text, "utf8").digest();
  // A copy with a buffer of its own: digests are cut from Node's pool.
  return new Uint8Array(digest.subarray(0, 16));
}
