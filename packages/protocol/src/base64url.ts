/** Base64 with the URL alphabet (RFC 4648, section 5), for the few short ids that use it. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sextetOfChar = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) sextetOfChar[ALPHABET.charCodeAt(i)] = i;

/** Without padding. */
export function base64UrlEncode(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    bitCount += 8;
    while (bitCount >= 6) {
      bitCount -= 6;
      text += ALPHABET[(bits >>> bitCount) & 0x3f];
    }
    bits &= 0xff;
  }
  if (bitCount > 0) text += ALPHABET[(bits << (6 - bitCount)) & 0x3f];
  return text;
}

/**
 * Exactly `byteCount` bytes, or undefined when the text is something else: a foreign character, another length, or
 * bits set beyond the last byte. Padding may be there or not.
 */
export function base64UrlDecode(text: string, byteCount: number): Uint8Array | undefined {
  const digits = Math.ceil((byteCount * 8) / 6);
  const padded = Math.ceil(byteCount / 3) * 4;
  if (text.length !== digits && text.length !== padded) return undefined;
  for (let i = digits; i < text.length; i++) if (text[i] !== "=") return undefined;
  const bytes = new Uint8Array(byteCount);
  let at = 0;
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < digits; i++) {
    const code = text.charCodeAt(i);
    const sextet = code < 128 ? sextetOfChar[code]! : -1;
    if (sextet < 0) return undefined;
    bits = ((bits << 6) | sextet) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at++] = bits >>> bitCount;
    }
  }
  if ((bits & ((1 << bitCount) - 1)) !== 0) return undefined;
  return bytes;
}
