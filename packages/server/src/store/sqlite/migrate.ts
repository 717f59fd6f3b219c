import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { StoreError } from "../errors.js";
import { migrations } from "./migrations/index.js";

/** "Pawl" in the header of the file, so that another program's database is not mistaken for ours. */
const APPLICATION_ID = 0x5061776c;

export const SCHEMA_VERSION = migrations.length;

/**
 * Refuses a database that this version cannot work on, before anything is written to it.
 *
 * @throws StoreError `newer-schema` or `corrupt`
 */
export function checkSchemaVersion(database: DatabaseSyncInstance, file: string): void {
  const version = pragma(database, "user_version");
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      "newer-schema",
      `${file} has schema version ${version}; this version of Pawl knows versions up to ${SCHEMA_VERSION}. ` +
        "Start the Pawl version that wrote it, or a later one.",
    );
  }
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get().n;
  if (tables > 0 && pragma(database, "application_id") !== APPLICATION_ID) {
    throw new StoreError(
      "corrupt",
      `${file} is a SQLite database, but not one of Pawl. Use another data directory.`,
    );
  }
}

/** Brings the schema to this version, all or nothing. */
export function migrate(database: DatabaseSyncInstance): void {
  const version = pragma(database, "user_version");
  if (version === SCHEMA_VERSION) return;
  database.exec("BEGIN IMMEDIATE");
  for (const sql of migrations.slice(version)) database.exec(sql);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec("COMMIT");
}

function pragma(database: DatabaseSyncInstance, name: string): number {
  return Number(database.prepare(`SELECT ${name} AS value FROM pragma_${name}`).get().value);
}
