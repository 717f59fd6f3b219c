import type { SelectStmt } from "libpg-query";
import type { ColumnType } from "../column-type.js";
import type { Scope } from "./scope.js";

/** A query in SQLite's SQL, and what its columns are. */
export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly BoundColumn[];
}

export interface BoundColumn {
  /** What the query calls it, and what it is called in results. */
  readonly name: string;
  /** What it is called in `sql`. */
  readonly sqlName: string;
  /** Of the column that it shows as it is. */
  readonly qualifier: string | null;
  readonly type: ColumnType;
}

/** A query that WITH has given a name. */
export interface CommonTable {
  readonly sqlName: string;
  readonly columns: readonly BoundColumn[];
}

/** What the translation of a query has to know besides the columns in scope. */
export interface Environment {
  /** What now() means, unix milliseconds. */
  readonly now: number;
  readonly commonTables: ReadonlyMap<string, CommonTable>;
  /** A name that nothing else in the query has. */
  newName(): string;
  /** Told when a table is read that shows attempts. */
  onAttempts(): void;
  /** Translates a query inside an expression. */
  subquery(select: SelectStmt, scope: Scope): BoundQuery;
}
