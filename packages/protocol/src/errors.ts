/**
 * What can be wrong with bytes, texts or JSON that came from outside.
 *
 * - `truncated`: the input ends before the thing it announced
 * - `malformed`: the input breaks its format (a bad varint, bad UTF-8, a missing required part, ...)
 * - `too-large`: a length or a count is above its bound
 * - `too-deep`: a tree is nested deeper than its bound
 * - `unknown-type`: a message type that this protocol does not know
 * - `out-of-range`: a value given to an encoder does not fit its field
 * - `bad-id`: a text that should be an id is none
 * - `bad-manifest`: a discovery manifest breaks its schema
 * - `unsupported-version`: a version that is not spoken here, or that cannot express what was asked
 */
export type ProtocolErrorKind =
  | "truncated"
  | "malformed"
  | "too-large"
  | "too-deep"
  | "unknown-type"
  | "out-of-range"
  | "bad-id"
  | "bad-manifest"
  | "unsupported-version";

/** The only error that this package throws on bad input. The message says what was wrong and where. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorKind;

  constructor(code: ProtocolErrorKind, message: string) {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
  }
}
