import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { CellReader } from "./cells.js";
import type { Column } from "./columns.js";
import { bindable } from "./sql-text.js";

/** Prepared statements that each take the cells of one row. */
export class BoundStatement {
  readonly #types: readonly Column["type"][];
  readonly #statements: readonly StatementSyncInstance[];

  constructor(database: DatabaseSyncInstance, columns: readonly Column[], sql: readonly string[]) {
    this.#types = columns.map(({ type }) => type);
    this.#statements = sql.map((each) => database.prepare(each));
  }

  run(row: CellReader): void {
    const values: (number | string | Uint8Array | null)[] = [];
    for (const type of this.#types) {
      if (type === "integer") values.push(row.numberOrNull());
      else if (type === "text") values.push(bindable(row.textOrNull()));
      else values.push(row.blobOrNull());
    }
    // get() and not run(): it does not build an object that tells the number of changes, 0.4 us a statement.
    for (const statement of this.#statements) statement.get(...values);
  }
}
