import { fieldProblem, lengthOf } from "../fields.js";

/** The fields of a header block that matter here. They are shared by all responses with the same ones. */
export interface ResponseFields {
  /** 0: there is none, as in trailers. */
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** -1 when absent. */
  readonly contentLength: number;
  /** Why the block is malformed. */
  readonly problem: string | null;
}

const STATUS_FORM = /^[1-9][0-9]{2}$/;

/** Checks the fields of a response or its trailers. @param fields names and values in turn */
export function responseFields(fields: readonly string[]): ResponseFields {
  let status = 0;
  let contentType: string | undefined;
  let retryAfter: string | undefined;
  let contentLength = -1;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!;
    const value = fields[i + 1]!;
    if (name === ":status") {
      if (status !== 0 || i !== 0 || !STATUS_FORM.test(value)) return malformed("a bad :status");
      status = Number(value);
      continue;
    }
    const problem = fieldProblem(name, value);
    if (problem !== null) return malformed(problem);
    if (name === "content-type") contentType ??= value;
    else if (name === "retry-after") retryAfter ??= value;
    else if (name === "content-length") {
      const length = lengthOf(value, contentLength);
      if (length < 0) return malformed("a bad content-length");
      contentLength = length;
    }
  }
  return { status, contentType, retryAfter, contentLength, problem: null };
}

/** Source: RFC 9113, section 8.1.1. */
export function malformed(what: string): ResponseFields {
  return {
    status: 0,
    contentType: undefined,
    retryAfter: undefined,
    contentLength: -1,
    problem: `the answer has ${what}`,
  };
}
