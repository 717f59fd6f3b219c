import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { CellWriter } from "./cells.js";
import type { Column } from "./columns.js";
import { bindable, selectList, textOf } from "./sql-text.js";

type SqlValue = number | string | null | Uint8Array<ArrayBuffer>;

/** A prepared SELECT whose rows are written as cells. */
export class RowQuery {
  readonly #columns: readonly Column[];
  readonly #statement: StatementSyncInstance;

  /** @param from the statement after the list of columns: FROM ... WHERE ... ORDER BY */
  constructor(database: DatabaseSyncInstance, columns: readonly Column[], from: string) {
    this.#columns = columns;
    this.#statement = database.prepare(`SELECT ${selectList(columns)} ${from}`, { returnArrays: true });
  }

  /** Writes the number of rows found, then the rows. */
  all(writer: CellWriter, ...parameters: readonly (number | string)[]): void {
    const rows: SqlValue[][] = this.#statement.all(
      ...parameters.map((each) => (typeof each === "string" ? bindable(each) : each)),
    );
    writer.number(rows.length);
    for (const row of rows) this.#write(writer, row);
  }

  #write(writer: CellWriter, row: readonly SqlValue[]): void {
    this.#columns.forEach(({ type }, place) => {
      const value = row[place]!;
      if (type === "blob") writer.ownBlob(value as Uint8Array<ArrayBuffer> | null);
      else if (type === "text") writer.text(textOf(value as string | Uint8Array | null));
      else writer.number(value as number | null);
    });
  }
}
