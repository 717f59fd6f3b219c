/** What one connection calls, request after request, and whether the answers are right. */
export interface Caller {
  /** The next request, whole. */
  next(): string;
  /** @returns what is wrong with the answer to the last request; undefined if nothing is */
  check(status: number, body: Buffer): string | undefined;
}

/** All callers of one run, and what can be said only about all of them. */
export interface Calls {
  caller(connection: number): Caller;
  /** After all answers: what is wrong with them together. */
  verify?(): string | undefined;
  /** Work that goes on after the answer: asked for until it is done, before the clock of the CPU is read. */
  readonly drain?: Drain;
}

export interface Drain {
  /** A request that tells how far the work is. */
  readonly request: string;
  /** @returns whether all that was answered so far is done */
  isDone(status: number, body: Buffer): boolean;
}

/** @returns a check for one exact body */
export function expectBody(status: number, body: Buffer, expected: string): string | undefined {
  if (status !== 200) return `status ${status}: ${body.toString("latin1").slice(0, 300)}`;
  const found = body.toString("latin1");
  return found === expected ? undefined : `expected ${expected}, got ${found.slice(0, 300)}`;
}
