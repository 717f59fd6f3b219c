/** An endpoint cannot put an attempt off for longer than this. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * The delay that a `Retry-After` header asks for, in milliseconds: it is a number of seconds or a date (RFC 9110, 10.2.3).
 * undefined for none and for what is neither.
 * @param now unix milliseconds
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,15}$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  // Dates begin with a day's name. Anything else that Date.parse would take is none of HTTP's forms.
  if (!/^[A-Z][a-z]+,? /.test(text)) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  return Math.min(Math.max(at - now, 0), MAX_RETRY_AFTER_MS);
}
