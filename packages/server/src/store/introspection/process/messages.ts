import type { AttemptSnapshot, QueryErrorKind, ResultFormat } from "../introspection.js";
import type { ResultLimits } from "./query-runner.js";

/** To a process that answers queries, one at a time. */
export type Request =
  /** First of all. */
  | { readonly open: { readonly directory: string; readonly memoryLimit: number } }
  | { readonly query: QueryRequest }
  /** What it asked for. */
  | { readonly attempts: readonly AttemptSnapshot[] };

export interface QueryRequest {
  readonly sql: string;
  readonly format: ResultFormat;
  /** Unix milliseconds. */
  readonly now: number;
  readonly limits: ResultLimits;
}

/** From such a process, about the query that it was given. */
export type Reply =
  /** It is ready, and answers it now. */
  | { readonly begins: true }
  /** It needs to know about attempts. */
  | { readonly wants: "attempts" }
  | { readonly piece: Uint8Array<ArrayBuffer> }
  /** The last of a query. Milliseconds of a core's time. */
  | { readonly done: QueryOutcome; readonly cpuMs: number };

export type QueryOutcome = "answered" | { readonly kind: QueryErrorKind; readonly message: string };
