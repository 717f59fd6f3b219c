import { TYPE_NAMES } from "../column-type.js";
import { absentTables } from "./absent.js";
import { invocationTables } from "./invocations.js";
import { journalTables } from "./journal.js";
import { keyedTables } from "./keyed.js";
import { registeredTables } from "./registered.js";
import type { Table } from "./table.js";

const CATALOG_NAME = "restate";

const publicTables: readonly Table[] = [
  ...invocationTables,
  ...journalTables,
  ...keyedTables,
  ...registeredTables,
  ...absentTables,
];

const informationSchema: readonly Table[] = [
  {
    schema: "information_schema",
    name: "tables",
    columns: {
      table_catalog: ["text", `'${CATALOG_NAME}'`],
      table_schema: ["text", "t.value ->> 0"],
      table_name: ["text", "t.value ->> 1"],
      table_type: ["text", "t.value ->> 2"],
    },
    from: "json_each(catalog_tables()) t",
  },
  {
    schema: "information_schema",
    name: "columns",
    columns: {
      table_catalog: ["text", `'${CATALOG_NAME}'`],
      table_schema: ["text", "c.value ->> 0"],
      table_name: ["text", "c.value ->> 1"],
      column_name: ["text", "c.value ->> 2"],
      ordinal_position: ["uint64", "c.value ->> 3"],
      column_default: ["text", "NULL"],
      is_nullable: ["text", "'YES'"],
      data_type: ["text", "c.value ->> 4"],
    },
    from: "json_each(catalog_columns()) c",
  },
];

/** Every table that a query may name. */
export const TABLES: readonly Table[] = [...publicTables, ...informationSchema];

const byName = new Map(TABLES.map((table) => [`${table.schema ?? "public"}.${table.name}`, table]));

/** @param schema null: not said, which is the public one */
export function findTable(catalog: string | null, schema: string | null, name: string): Table | undefined {
  if (catalog !== null && catalog !== CATALOG_NAME) return undefined;
  return byName.get(`${schema ?? "public"}.${name}`);
}

/** `[[schema, name, type]]`, for information_schema.tables. */
export function catalogTables(): string {
  return JSON.stringify(
    TABLES.map(({ schema = "public", name }) => [schema, name, schema === "public" ? "BASE TABLE" : "VIEW"]),
  );
}

/** `[[schema, table, column, position, type]]`, for information_schema.columns. */
export function catalogColumns(): string {
  return JSON.stringify(
    publicTables.flatMap((table) =>
      Object.entries(table.columns).map(([column, [type]], position) => [
        "public",
        table.name,
        column,
        position,
        TYPE_NAMES[type],
      ]),
    ),
  );
}
