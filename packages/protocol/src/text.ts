/**
 * UTF-8, tuned for the short ASCII texts that fill this protocol (names, keys, ids).
 *
 * Plain loops beat the platform's decoders up to a dozen bytes; above that the platform wins. Where Node's
 * `utf8Slice` exists it halves the cost of `TextDecoder`; elsewhere `TextDecoder` serves, with the same results.
 */

// A leading U+FEFF is a character of the text like any other, so the decoder must not eat it.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const fromCharCode = String.fromCharCode;

type Slice = (this: Uint8Array, start: number, end: number) => string;
type WithSlice = { readonly prototype: { readonly utf8Slice?: Slice } };
const utf8Slice = (globalThis as { Buffer?: WithSlice }).Buffer?.prototype.utf8Slice;

/** Below this many bytes a loop is faster than a call into the platform (measured on Node 20). */
const SHORT_BYTES = 12;
const REPLACEMENT = "\ufffd";

/**
 * The text in `bytes[start, end)`, or undefined when that is not valid UTF-8.
 * The range must lie inside `bytes`.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return "";
  if (length <= SHORT_BYTES) {
    const ascii = decodeShortAscii(bytes, start, end);
    if (ascii !== undefined) return ascii;
  }
  if (utf8Slice !== undefined) {
    const text = utf8Slice.call(bytes, start, end);
    // Invalid bytes come out as U+FFFD; so does a U+FFFD that the sender wrote, so only then look closer.
    if (!text.includes(REPLACEMENT)) return text;
  }
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

function decodeShortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let i = start;
  // Four at a time: fewer intermediate strings than one at a time.
  for (; i + 4 <= end; i += 4) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    const c = bytes[i + 2]!;
    const d = bytes[i + 3]!;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const a = bytes[i]!;
    if (a > 0x7f) return undefined;
    text += fromCharCode(a);
  }
  return text;
}

/**
 * Writes `text` at `offset` and returns how many bytes it took. Lone surrogates become U+FFFD.
 * `into` must have room for 3 bytes per UTF-16 unit.
 */
export function encodeUtf8Into(text: string, into: Uint8Array, offset: number): number {
  return encoder.encodeInto(text, into.subarray(offset)).written;
}

/** `text` as UTF-8. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes that are ASCII for certain. */
export function asciiText(bytes: Uint8Array): string {
  return decodeUtf8(bytes, 0, bytes.length)!;
}
