/**
 * Why AWS did not give an answer of the function:
 *
 * - `credentials`: there are none, or they cannot be read
 * - `denied`: AWS knows who asks, and refuses
 * - `throttled`: too many requests, or invocations, at a time
 * - `not-found`: no such function, version or alias
 * - `too-large`: the request is more than Lambda takes
 * - `function`: the function ended without an answer, or with none that can be read
 * - `service`: AWS answered with another error
 * - `network`: AWS could not be reached
 */
export type AwsErrorKind =
  | "credentials"
  | "denied"
  | "throttled"
  | "not-found"
  | "too-large"
  | "function"
  | "service"
  | "network";

/** An API of AWS could not be used. The message says what it said; `AWS_ADVICE` what to do. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly kind: AwsErrorKind;
  /** The answer's header, if it had one. */
  readonly retryAfter: string | undefined;

  constructor(kind: AwsErrorKind, message: string, options: ErrorOptions & { retryAfter?: string } = {}) {
    super(message, options);
    this.kind = kind;
    this.retryAfter = options.retryAfter;
  }
}

/** What to do about it. */
export const AWS_ADVICE: Readonly<Record<AwsErrorKind, string>> = {
  credentials: "Give the server credentials, for example in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  denied:
    "The server's credentials, or the role that it assumes, need lambda:InvokeFunction on the function.",
  throttled:
    "The function, or the account, has reached its concurrency. Raise it, or lower that of the server.",
  "not-found": "Was the version or the alias removed? Publish it again, or register another one.",
  "too-large": "Lambda takes 6 MB, of which base64 takes a quarter. Split the invocation.",
  function: "Look into the function's log.",
  service: "See AWS's documentation of the error.",
  network: "Is AWS reachable from here?",
};
