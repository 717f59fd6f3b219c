import { constants, DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { databaseFile } from "../../sqlite/database.js";
import { asStoreError } from "../../sqlite/sqlite-errors.js";
import { type TranslatedQuery, translate } from "../dialect/translate.js";
import { registerFunctions } from "../functions/register.js";
import { type AttemptSnapshot, QueryError, type ResultFormat } from "../introspection.js";
import { JsonWriter } from "../results/json.js";
import type { ResultWriter, SqlValue } from "../results/result-writer.js";
import { TABLES } from "../tables/catalog.js";
import { ATTEMPTS_TABLE } from "../tables/invocations.js";
import { createView } from "../tables/table.js";

/** What bounds the answer to a query (see QueryConfig). */
export interface ResultLimits {
  readonly rowLimit: number;
  readonly resultSizeLimit: number;
}

/** How long a statement waits for a lock, milliseconds: in the write-ahead log, readers wait for next to nothing. */
const BUSY_TIMEOUT_MS = 5_000;

/** The largest text or blob that a query may read or make, bytes: a stored value as a list of numbers is four times as long. */
const VALUE_LIMIT_BYTES = 256 * 1024 * 1024;

/** Answers queries on a connection of its own, which cannot write. */
export class QueryRunner {
  readonly #database: DatabaseSyncInstance;

  /**
   * @param directory the data directory
   * @param memoryLimit see QueryConfig, bytes
   */
  constructor(directory: string, memoryLimit: number) {
    this.#database = new DatabaseSync(databaseFile(directory), {
      readOnly: true,
      timeout: BUSY_TIMEOUT_MS,
      limits: { length: VALUE_LIMIT_BYTES },
    });
    // SQLite counts pages in KiB when the number is negative.
    const cacheKib = Math.max(1, Math.floor(memoryLimit / 1024));
    this.#database.exec(`PRAGMA temp_store = FILE; PRAGMA cache_size = -${cacheKib}; ${ATTEMPTS_TABLE};`);
    registerFunctions(this.#database);
    for (const table of TABLES) this.#database.exec(createView(table));
    this.#database.setAuthorizer(authorize);
  }

  /** @param now what now() means, unix milliseconds. @throws QueryError */
  translate(sql: string, now: number): TranslatedQuery {
    return translate(sql, now);
  }

  /** @throws QueryError */
  async answer(
    query: TranslatedQuery,
    attempts: readonly AttemptSnapshot[],
    format: ResultFormat,
    limits: ResultLimits,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const result = await makeWriter(format, query);
    try {
      this.#keepAttempts(attempts);
      const statement = this.#database.prepare(query.sql, { returnArrays: true, readBigInts: true });
      let rows = 0;
      for (const row of statement.iterate() as IterableIterator<SqlValue[]>) {
        if (++rows > limits.rowLimit) throw tooLarge(`has more than ${limits.rowLimit} rows`);
        result.add(row);
        if (result.size > limits.resultSizeLimit)
          throw tooLarge(`has more than ${limits.resultSizeLimit} bytes`);
      }
      return result.finish();
    } catch (error) {
      throw error instanceof QueryError ? error : asQueryError(error);
    }
  }

  close(): void {
    this.#database.close();
  }

  #keepAttempts(attempts: readonly AttemptSnapshot[]): void {
    this.#database.exec("DELETE FROM temp.attempts");
    const insert = this.#database.prepare(
      "INSERT INTO temp.attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    for (const { failure, ...attempt } of attempts) {
      insert.run(
        attempt.num,
        attempt.inFlight ? 1 : 0,
        attempt.startedAttempts,
        attempt.lastStartAt,
        attempt.nextRetryAt,
        attempt.deployment,
        attempt.server,
        failure?.text ?? null,
        failure?.docCode ?? null,
        failure?.commandIndex ?? null,
        failure?.commandName ?? null,
        failure?.commandType ?? null,
      );
    }
  }
}

/** Arrow is read in when somebody asks for it. */
async function makeWriter(format: ResultFormat, { columns }: TranslatedQuery): Promise<ResultWriter> {
  if (format === "json") return new JsonWriter(columns);
  const { ArrowWriter } = await import("../results/arrow.js");
  return new ArrowWriter(columns);
}

/** The translation lets nothing through but reading. This is the second wall. */
function authorize(action: number, first: string | null, _: string | null, database: string | null): number {
  switch (action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_READ:
    case constants.SQLITE_FUNCTION:
      return constants.SQLITE_OK;
    case constants.SQLITE_INSERT:
    case constants.SQLITE_DELETE:
      return database === "temp" && first === "attempts" ? constants.SQLITE_OK : constants.SQLITE_DENY;
    default:
      return constants.SQLITE_DENY;
  }
}

function tooLarge(what: string): QueryError {
  return new QueryError(
    "too-large",
    `the result ${what}: ask for less (with LIMIT, WHERE, or fewer columns), or raise the limit`,
  );
}

/** What SQLite says. Most of it is about the query: a sum that overflows, a date that is none. */
function asQueryError(error: unknown): QueryError {
  const message = error instanceof Error ? error.message : String(error);
  if (/too big/.test(message)) return tooLarge(`has a value of more than ${VALUE_LIMIT_BYTES} bytes`);
  const { kind } = asStoreError(error, "");
  const isFault = kind === "corrupt" || /disk I\/O|unable to open/.test(message);
  return new QueryError(isFault ? "failed" : "invalid", message);
}
