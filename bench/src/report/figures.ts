const MIB = 2 ** 20;
const WHOLE_FROM = 100;

/** Three digits that count, thousands apart: 12,345 or 12.3 or 0.123. */
export function figure(value: number): string {
  if (value >= WHOLE_FROM || value === 0) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function mib(bytes: number): string {
  return figure(bytes / MIB);
}
