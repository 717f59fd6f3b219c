import { DatabaseSync } from "@photostructure/sqlite";
import { databaseFile } from "../sqlite/database.js";
import { openSqliteStore } from "../sqlite/sqlite-store.js";
import type { Batch } from "../store.js";
import { batch } from "../suite/rows.js";
import { testDirectory } from "../suite/temporary-directory.js";
import { loadParser } from "./dialect/parse.js";
import type { AttemptSnapshot, ResultFormat } from "./introspection.js";
import { QueryRunner } from "./process/query-runner.js";

/** What now() is in tests: 2026-11-21T05:59:03.911Z. */
export const NOW = 1_795_240_743_911;

const LIMITS = { rowLimit: 1_000, resultSizeLimit: 1_000_000 };
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;

export type Row = Record<string, unknown>;

/** A store with rows, and queries on it in this process. */
export class QueriedStore {
  readonly #runner: QueryRunner;
  readonly #remove: () => Promise<void>;
  attempts: readonly AttemptSnapshot[] = [];

  private constructor(runner: QueryRunner, remove: () => Promise<void>) {
    this.#runner = runner;
    this.#remove = remove;
  }

  /** @param sql for tables that batches do not reach */
  static async open(changes: Partial<Batch> = {}, sql = ""): Promise<QueriedStore> {
    await loadParser();
    const { directory, remove } = await testDirectory();
    const store = await openSqliteStore({ path: directory });
    await store.commit(batch(changes));
    if (sql !== "") {
      const database = new DatabaseSync(databaseFile(directory));
      database.exec(sql);
      database.close();
    }
    return new QueriedStore(new QueryRunner(directory, MEMORY_LIMIT_BYTES), async () => {
      await store.close();
      await remove();
    });
  }

  async result(sql: string, format: ResultFormat, limits = LIMITS): Promise<Uint8Array> {
    const query = this.#runner.translate(sql, NOW);
    return this.#runner.answer(query, this.attempts, format, limits);
  }

  /** The rows as JSON has them. */
  async rows(sql: string, limits = LIMITS): Promise<Row[]> {
    const json = Buffer.from(await this.result(sql, "json", limits)).toString();
    return (JSON.parse(json) as { rows: Row[] }).rows;
  }

  /** The value of a query's first column, in its first row. null: it is NULL. */
  async value(sql: string): Promise<unknown> {
    const [row] = await this.rows(sql);
    return Object.values(row ?? {})[0] ?? null;
  }

  /** Name and type of each column. */
  types(sql: string): string[] {
    return this.#runner.translate(sql, NOW).columns.map(({ name, type }) => `${name} ${type}`);
  }

  /** How SQLite carries it out. */
  async plan(sql: string): Promise<string> {
    return (await this.rows(`EXPLAIN ${sql}`)).map(({ plan }) => plan).join("\n");
  }

  async close(): Promise<void> {
    this.#runner.close();
    await this.#remove();
  }
}
