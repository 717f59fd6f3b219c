import type { StoreErrorKind } from "../errors.js";
import type { Packed } from "./cells.js";

/** The first question to a thread: it opens its connection. */
export interface OpenQuestion {
  readonly open: { readonly directory: string };
}

/** The last message to a thread. It ends, and does not answer. */
export const CLOSE = "close";

export interface ThreadFailure {
  readonly kind: StoreErrorKind;
  readonly message: string;
  /** Whether the thread can do nothing more: then all other questions have failed, too. */
  readonly fatal: boolean;
}

/** What a thread says. It answers questions in their order. */
export type ThreadReply =
  /** So many of the oldest questions are done. */
  { readonly done: number } | { readonly answer: Packed } | { readonly failure: ThreadFailure };
