import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { Cell, CellReader } from "./cells.js";
import type { Column } from "./columns.js";
import { bindable } from "./sql-text.js";

/** Prepared statements that each take the cells of one row. */
export class BoundStatement {
  readonly #width: number;
  readonly #texts: readonly number[];
  readonly #blobs: readonly number[];
  readonly #statements: readonly StatementSyncInstance[];

  constructor(database: DatabaseSyncInstance, columns: readonly Column[], sql: readonly string[]) {
    this.#width = columns.length;
    this.#texts = placesOf("text", columns);
    this.#blobs = placesOf("blob", columns);
    this.#statements = sql.map((each) => database.prepare(each));
  }

  run(reader: CellReader): void {
    const values: (Cell | Uint8Array)[] = reader.take(this.#width);
    for (const place of this.#texts) {
      const value = values[place];
      if (typeof value === "string") values[place] = bindable(value);
    }
    for (const place of this.#blobs) {
      const length = values[place];
      if (typeof length === "number") values[place] = reader.slice(length);
    }
    // get() and not run(): it does not build an object that tells the number of changes, 0.4 us a statement.
    for (const statement of this.#statements) statement.get(...values);
  }
}

function placesOf(type: Column["type"], columns: readonly Column[]): number[] {
  return columns.flatMap((column, place) => (column.type === type ? [place] : []));
}
