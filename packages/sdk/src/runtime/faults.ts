import { toMillis } from "../duration.js";
import { RestateError, RetryableError, type TerminalError, toError } from "../errors.js";
import { AttemptError, type RelatedCommand } from "../machine/errors.js";

/** Something failed that belongs to one command, for instance a value that does not serialize. */
export class FaultyCommand extends Error {
  constructor(
    override readonly cause: unknown,
    readonly related: RelatedCommand,
  ) {
    super("A command failed", { cause });
  }
}

/** A value that its serde does not take. Serdes say what is wrong with it; here it says what it was for. */
export class UnserializableError extends Error {
  constructor(
    what: string,
    override readonly cause: unknown,
  ) {
    const { message, stack = "" } = toError(cause);
    super(`${what} cannot be serialized: ${message}`, { cause });
    // Where the serde was called is of more use than where this was made.
    this.stack = `${this.message}\n${stack
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .join("\n")}`;
  }
}

/** An error in the closure of a run, with what the run fails with when it is not tried again. */
export class RetriedError extends Error {
  constructor(
    override readonly cause: unknown,
    readonly exhausted: TerminalError,
  ) {
    super("A run failed", { cause });
  }
}

/** Of every error that is not terminal, whatever its own code is, as the official SDK at 1.17.2 does it. */
export const NOT_TERMINAL_CODE = 500;

/** What the server is told about an error that is not terminal. */
export function toAttemptError(thrown: unknown, related?: RelatedCommand): AttemptError {
  const error = toError(thrown);
  const retryAfter = error instanceof RetryableError ? error.retryAfter : undefined;
  return new AttemptError(NOT_TERMINAL_CODE, error.message, {
    ...(related && { related }),
    ...(retryAfter !== undefined && { nextRetryDelayMs: toMillis(retryAfter) }),
    ...(error.stack !== undefined && { stacktrace: error.stack }),
  });
}

/**
 * What interceptors see of the fault that ended an attempt: an error without what only the SDK understands. What the journal
 * ended the attempt with (a run that failed, a mismatch) starts with its code, as with the official SDK.
 */
export function toUserError(cause: unknown): Error {
  const thrown = cause instanceof FaultyCommand ? cause.cause : cause;
  return thrown instanceof AttemptError
    ? new RestateError(`(${thrown.code}) ${thrown.message}`, { errorCode: thrown.code, cause: thrown })
    : toError(thrown);
}
