import { fieldProblem, isValue, lengthOf } from "../fields.js";

/** The header fields of a request, names in lower case, without the pseudo-fields. What came twice is one value. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** A request's head. */
export interface RequestFields {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: RequestHeaders;
  /** -1 when absent. */
  readonly contentLength: number;
}

/** The request, or why it is malformed (RFC 9113, section 8.1.1). */
export type CheckedRequest =
  | { readonly problem: null; readonly fields: RequestFields }
  | { readonly problem: string };

const METHOD_FORM = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PATH_FORM = /^(\/|\*$)/;

/**
 * Checks the fields of a request's head. Source: RFC 9113, sections 8.2 and 8.3.1.
 * @param list names and values in turn
 */
export function requestFields(list: readonly string[]): CheckedRequest {
  let method: string | undefined;
  let scheme: string | undefined;
  let authority: string | undefined;
  let path: string | undefined;
  let contentLength = -1;
  let at = 0;
  for (; at < list.length && list[at]!.startsWith(":"); at += 2) {
    const name = list[at]!;
    const value = list[at + 1]!;
    if (!isValue(value)) return malformed(`a bad value of ${name}`);
    if (name === ":method" && method === undefined) method = value;
    else if (name === ":path" && path === undefined) path = value;
    else if (name === ":scheme" && scheme === undefined) scheme = value;
    else if (name === ":authority" && authority === undefined) authority = value;
    else return malformed(`the field ${JSON.stringify(name)}, or twice`);
  }
  if (method === undefined || !METHOD_FORM.test(method)) return malformed("no good :method");
  if (method === "CONNECT") return malformed("the method CONNECT, for which there is no use here");
  if (scheme === undefined || scheme === "") return malformed("no :scheme");
  if (path === undefined || !PATH_FORM.test(path)) return malformed("no good :path");
  const headers: Record<string, string> = { __proto__: null } as object as Record<string, string>;
  for (; at < list.length; at += 2) {
    const name = list[at]!;
    const value = list[at + 1]!;
    const problem = fieldProblem(name, value);
    if (problem !== null) return malformed(problem);
    if (name === "te" && value !== "trailers") return malformed("a te of something else than trailers");
    if (name === "content-length") {
      contentLength = lengthOf(value, contentLength);
      if (contentLength < 0) return malformed("a bad content-length");
      headers[name] = value;
      continue;
    }
    const previous = headers[name];
    headers[name] = previous === undefined ? value : previous + (name === "cookie" ? "; " : ", ") + value;
  }
  return { problem: null, fields: { method, path, headers, contentLength } };
}

/** What is wrong with the fields that come behind a body; null when nothing is. Source: RFC 9113, section 8.1. */
export function trailerProblem(list: readonly string[]): string | null {
  for (let at = 0; at < list.length; at += 2) {
    const problem = fieldProblem(list[at]!, list[at + 1]!);
    if (problem !== null) return `trailers with ${problem}`;
  }
  return null;
}

function malformed(what: string): CheckedRequest {
  return { problem: `a request with ${what}` };
}
