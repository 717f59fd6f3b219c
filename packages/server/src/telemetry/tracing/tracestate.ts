/*
 * What vendors of traces say beside the traceparent, in the order of who spoke last. Nobody but them understands it: it is
 * passed on as it is. Source: W3C Trace Context, section 3.3.
 */

const MAX_MEMBERS = 32;
/** Vendors are to pass on so many characters at least; what is longer is cut. */
const MAX_CHARACTERS = 512;
/** Where a list is cut, members longer than this go first. */
const LONG_MEMBER = 128;

const KEY = /^[a-z][a-z0-9_\-*/]{0,255}$|^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/;
/** Printable ASCII but for comma and equals sign, no space at the end. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * @param text of the header, or of several headers joined by commas
 * @returns null when there is nothing to pass on: a list with a fault is dropped whole
 */
export function parseTracestate(text: string | null): string | null {
  if (text === null) return null;
  const members = text.split(",").flatMap((part) => part.trim() || []);
  if (members.length === 0 || members.length > MAX_MEMBERS) return null;
  const keys = new Set<string>();
  for (const member of members) {
    const equals = member.indexOf("=");
    const key = member.slice(0, Math.max(equals, 0));
    if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1)) || keys.has(key)) return null;
    keys.add(key);
  }
  return cut(members);
}

function cut(members: readonly string[]): string | null {
  const kept = [...members];
  const length = (): number => kept.reduce((sum, member) => sum + member.length + 1, -1);
  while (length() > MAX_CHARACTERS) {
    const long = kept.findLastIndex((member) => member.length > LONG_MEMBER);
    kept.splice(long < 0 ? -1 : long, 1);
  }
  return kept.length === 0 ? null : kept.join(",");
}
