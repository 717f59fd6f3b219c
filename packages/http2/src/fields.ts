/** They belong to HTTP/1.1. Source: RFC 9113, section 8.2.2. */
const CONNECTION_FIELDS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
/** Source: RFC 9113, section 8.2.1, and RFC 9110, section 5.1. Upper case is not allowed. */
const NAME_FORM = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that must not be there
const VALUE_FORM = /^(?![\t ])[^\x00\n\r]*(?<![\t ])$/;
const LENGTH_FORM = /^[0-9]{1,15}$/;

/** What is wrong with a field that is no pseudo-field; null when nothing is. */
export function fieldProblem(name: string, value: string): string | null {
  if (!NAME_FORM.test(name)) return `the field ${JSON.stringify(name)}`;
  if (CONNECTION_FIELDS.has(name)) return `the field ${name}`;
  return isValue(value) ? null : `a bad value of ${name}`;
}

export function isValue(value: string): boolean {
  return VALUE_FORM.test(value);
}

/** @param previous of a content-length that came before; -1 if none did. @returns -1 when it is none, or another one */
export function lengthOf(value: string, previous: number): number {
  const length = LENGTH_FORM.test(value) ? Number(value) : -1;
  return previous >= 0 && previous !== length ? -1 : length;
}
