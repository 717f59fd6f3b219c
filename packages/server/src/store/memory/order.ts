import type { KeyRef } from "../store.js";

/** The order of text in a database: by code point, as its UTF-8 bytes compare. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A text for a key of a keyed service that no other key shares, whatever characters it has. */
export function keyText({ partition, service, key }: KeyRef): string {
  return `${partition} ${service.length} ${service}${key}`;
}
