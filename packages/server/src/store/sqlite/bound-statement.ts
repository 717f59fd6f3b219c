import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { CellReader } from "./cells.js";
import type { Column } from "./columns.js";
import { bindable } from "./sql-text.js";

/** SQL that takes the first `cells` cells of a row; all of them where that is not said. */
export type RowSql = string | { readonly sql: string; readonly cells: number };

/** Prepared statements that each take the cells of one row. */
export class BoundStatement {
  readonly #types: readonly Column["type"][];
  readonly #statements: readonly { readonly statement: StatementSyncInstance; readonly cells: number }[];

  constructor(database: DatabaseSyncInstance, columns: readonly Column[], sql: readonly RowSql[]) {
    this.#types = columns.map(({ type }) => type);
    this.#statements = sql.map((each) =>
      typeof each === "string"
        ? { statement: database.prepare(each), cells: columns.length }
        : { statement: database.prepare(each.sql), cells: each.cells },
    );
  }

  run(row: CellReader): void {
    const values: (number | string | Uint8Array | null)[] = [];
    for (const type of this.#types) {
      if (type === "integer") values.push(row.numberOrNull());
      else if (type === "text") values.push(bindable(row.textOrNull()));
      else values.push(row.blobOrNull());
    }
    // get() and not run(): it does not build an object that tells the number of changes, 0.4 us a statement.
    for (const { statement, cells } of this.#statements) {
      if (cells < values.length) statement.get(...values.slice(0, cells));
      else statement.get(...values);
    }
  }
}
