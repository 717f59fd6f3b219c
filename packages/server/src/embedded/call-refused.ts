/** Why a call was not made, or has no answer. */
export type RefusalReason =
  /** No such service or handler, or a key where none belongs (or none where one belongs). */
  | "unknown-target"
  | "bad-request"
  /** More calls wait for an answer than `ingress.concurrent-api-requests-limit` allows. */
  | "too-many"
  | "closed"
  /** The invocation that a signal is for has as long a journal as `worker.journal-length-limit` allows. */
  | "journal-full"
  /** The invocation does not exist, or is not kept any more. */
  | "not-found";

/** A call from within this process that could not be carried out. What a handler itself fails with is another error. */
export class CallRefusedError extends Error {
  override readonly name = "CallRefusedError";

  constructor(
    readonly reason: RefusalReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
