/** Digits, without those that look alike. Source: https://datatracker.ietf.org/doc/html/draft-msporny-base58. */
const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE = BigInt(DIGITS.length);

export function encodeBase58(bytes: Uint8Array): string {
  let rest = BigInt(`0x00${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; rest > 0n; rest /= BASE) text = DIGITS.charAt(Number(rest % BASE)) + text;
  const firstOther = bytes.findIndex((byte) => byte !== 0);
  return DIGITS.charAt(0).repeat(firstOther < 0 ? bytes.length : firstOther) + text;
}
