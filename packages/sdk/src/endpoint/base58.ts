const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Decodes base58 with Bitcoin's alphabet. @returns undefined if the text is none */
export function decodeBase58(text: string): Uint8Array | undefined {
  // The number in base 256, the lowest digit first.
  const digits: number[] = [];
  for (const char of text) {
    let carry = ALPHABET.indexOf(char);
    if (carry < 0) return undefined;
    for (let i = 0; i < digits.length; i++) {
      carry += digits[i]! * 58;
      digits[i] = carry & 0xff;
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) digits.push(carry & 0xff);
  }
  // Each leading zero byte is a character of its own.
  for (const char of text) {
    if (char !== ALPHABET[0]) break;
    digits.push(0);
  }
  return Uint8Array.from(digits.reverse());
}
