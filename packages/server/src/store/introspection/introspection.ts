/** SQL about what the server does: what the rest of the server sees of it. */

export interface Introspection {
  /**
   * Answers one query in the dialect of docs/introspection.md.
   *
   * @param signal the answer is no longer wanted
   * @throws QueryError
   */
  query(sql: string, format: ResultFormat, signal?: AbortSignal): Promise<QueryResult>;
  /** Ends the queries under way. */
  close(): Promise<void>;
}

/** `json`: `{"rows":[{column: value}]}`. `arrow`: a stream in Apache Arrow's IPC format. */
export type ResultFormat = "json" | "arrow";

/** The bytes of an answer, in pieces. */
export type QueryResult = readonly Uint8Array<ArrayBuffer>[];

/**
 * Why there is no answer.
 *
 * - `invalid`: the query is not one that can be answered. The message says what is wrong with it.
 * - `too-large`: the result exceeds a limit.
 * - `timeout`: it took too long, and was given up.
 * - `busy`: too many queries are waiting already.
 * - `aborted`: nobody wants the answer any more, or the server stops.
 * - `failed`: the fault is here.
 */
export type QueryErrorKind = "invalid" | "too-large" | "timeout" | "busy" | "aborted" | "failed";

export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly kind: QueryErrorKind;

  constructor(kind: QueryErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What is known of an invocation's attempts. It lives in the node's memory, so that each query gets a copy. Times: unix ms. */
export interface AttemptSnapshot {
  /** The invocation's number. */
  readonly num: number;
  readonly inFlight: boolean;
  /** Attempts since the last entry was stored, the running one included. */
  readonly startedAttempts: number;
  readonly lastStartAt: number;
  readonly nextRetryAt: number | null;
  readonly deployment: string | null;
  /** What the deployment says it is: `restate-sdk-typescript/1.17.2`. */
  readonly server: string | null;
  readonly failure: AttemptFailureSnapshot | null;
}

export interface AttemptFailureSnapshot {
  /** `[500 Internal] ...`, with the stack trace. */
  readonly text: string;
  /** Documented error, `RT0007` and the like. */
  readonly docCode: string | null;
  readonly commandIndex: number | null;
  readonly commandName: string | null;
  /** `Run`, `Call`, ... */
  readonly commandType: string | null;
}
