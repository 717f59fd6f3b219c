/** Sizes as people write them: `32MiB`, `64 kB`, `1.5GiB`, `1024`. */

const KILO = 1000;
const KIBI = 1024;

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", KILO],
  ["kb", KILO],
  ["ki", KIBI],
  ["kib", KIBI],
  ["m", KILO ** 2],
  ["mb", KILO ** 2],
  ["mi", KIBI ** 2],
  ["mib", KIBI ** 2],
  ["g", KILO ** 3],
  ["gb", KILO ** 3],
  ["gi", KIBI ** 3],
  ["gib", KIBI ** 3],
  ["t", KILO ** 4],
  ["tb", KILO ** 4],
  ["ti", KIBI ** 4],
  ["tib", KIBI ** 4],
]);

const SIZE = /^(\d{1,16}(?:\.\d{1,16})?)\s{0,8}([a-z]{0,3})$/;

/** Bytes, rounded up; undefined when the text is no size. Units with an `i` are powers of 1024, others of 1000. */
export function parseByteSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim().toLowerCase());
  const unit = UNITS.get(match?.[2] ?? "unknown");
  if (match === null || unit === undefined) return undefined;
  const bytes = Math.ceil(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
