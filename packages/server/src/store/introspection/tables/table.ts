import type { ColumnType } from "../column-type.js";

/** A table as queries see it: a view over the store's own tables. */
export interface Table {
  readonly name: string;
  /** In the order in which `*` shows them: type, and the SQL that makes the value (see functions/ for its functions). */
  readonly columns: Readonly<Record<string, Column>>;
  /** Names of 2023 for what has others today: they can be asked for, and `*` does not show them. */
  readonly formerColumns?: Readonly<Record<string, Column>>;
  /** What follows FROM in the view. */
  readonly from: string;
  /** The column that holds an invocation's id, and SQL for the invocation's number: the way to its rows without a scan. */
  readonly idColumn?: { readonly name: string; readonly num: string };
  /** It shows what the node knows of attempts. */
  readonly showsAttempts?: true;
  /** Default: `public`. */
  readonly schema?: "information_schema";
}

export type Column = readonly [type: ColumnType, sql: string];

/** A table without rows, of something that this server does not have. Programs ask for them nevertheless. */
export function emptyTable(name: string, columns: Readonly<Record<string, ColumnType>>): Table {
  return {
    name,
    columns: Object.fromEntries(Object.entries(columns).map(([column, type]) => [column, [type, "NULL"]])),
    from: "(SELECT 1 WHERE false)",
  };
}

/** The name of a table's view on the connection that queries. */
export function viewName({ name, schema }: Table): string {
  return `"${schema ?? "public"}.${name}"`;
}

/** The hidden column of a view with `idColumn`. */
export const NUM_COLUMN = "#num";

/** Every view is temporary: it belongs to the connection, as its functions do. */
export function createView(table: Table): string {
  const all = Object.entries({ ...table.columns, ...table.formerColumns });
  const columns = all.map(([name, [, sql]]) => `${sql} AS "${name}"`);
  if (table.idColumn !== undefined) columns.push(`${table.idColumn.num} AS "${NUM_COLUMN}"`);
  return `CREATE TEMP VIEW ${viewName(table)} AS SELECT ${columns.join(", ")} FROM ${table.from}`;
}
