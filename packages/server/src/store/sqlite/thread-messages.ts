import type { StoreErrorKind } from "../errors.js";
import type { Packed } from "./cells.js";

/** What both threads of the store are started with. */
export interface ThreadData {
  readonly directory: string;
}

/** The last message to a thread. It finishes what came before, then ends. */
export const CLOSE = "close";

export interface ThreadFailure {
  readonly kind: StoreErrorKind;
  readonly message: string;
  /** The thread can do nothing more: all other questions have failed, too. */
  readonly fatal: boolean;
}

/** What a thread says. Questions are answered in their order. */
export type ThreadReply =
  /** The thread is ready, or could not start (a fatal failure). */
  | { readonly ready: true }
  /** So many of the oldest open questions are done. */
  | { readonly done: number }
  | { readonly answer: Packed }
  | { readonly failure: ThreadFailure };
