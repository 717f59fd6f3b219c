/** Why a signal from outside was not taken, and what to do. */
export function journalFullMessage(limit: number): string {
  return (
    `the journal of the invocation has ${limit} entries or more, and ${limit} is the limit (worker.journal-length-limit): ` +
    "raise the limit and try again"
  );
}

/** How much one invocation, and one partition, may take. */
export interface Limits {
  /**
   * Entries in the journal of one invocation, commands and notifications. One whose handler sends more is paused, and takes no
   * signals from outside but those that it is suspended on.
   */
  readonly journalLength: number;
  /** State of a key that is sent along when an attempt starts, bytes. The rest is read when the handler asks for it. */
  readonly eagerStateBytes: number;
  /** Invocations of a partition in memory. Beyond it, those that only wait for their turn are left to the store. */
  readonly invocationsInMemory: number;
  /** Keys of a partition whose state stays in memory when nothing runs on them. */
  readonly keysInMemory: number;
}
