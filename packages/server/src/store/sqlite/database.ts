import { join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";

const DATABASE_FILE = "pawl.db";

/** How long a statement waits for a lock that another connection of this process holds for a moment, milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/** Small pages: a transaction writes whole pages to the log, and most rows are a few hundred bytes. */
const PAGE_BYTES = 4096;

/**
 * The log is copied into the database each time it has grown by so many pages (16 MiB), and the commit that does it waits
 * for it: 10 ms every 4 MiB, 30 ms every 16 MiB, 100 ms every 64 MiB. At 16 MiB it is no more than one commit in hundreds,
 * and a reader finds a page of the log in one look-up. A thread of its own for the copying did not help: its syncs
 * hold up the writer's.
 */
const CHECKPOINT_PAGES = 4000;

/** A log that grew beyond this (behind a long read) is cut when it starts anew. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/** The writer keeps its pages: nobody else writes. A reader drops them at every commit and lives off the system's cache. */
const WRITER_CACHE_KIB = 64 * 1024;
const READER_CACHE_KIB = 4 * 1024;

export function databaseFile(directory: string): string {
  return join(directory, DATABASE_FILE);
}

/** Opens without writing anything yet, so that a database can be refused. */
export function openWriter(directory: string): DatabaseSyncInstance {
  return new DatabaseSync(databaseFile(directory), { timeout: BUSY_TIMEOUT_MS });
}

/** The settings of the one connection that writes. A commit is durable when it returns (synchronous = FULL). */
export function configureWriter(database: DatabaseSyncInstance): void {
  database.exec(`
    PRAGMA page_size = ${PAGE_BYTES};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES};
    PRAGMA cache_size = -${WRITER_CACHE_KIB};
    PRAGMA temp_store = MEMORY;
  `);
}

export function openReader(directory: string): DatabaseSyncInstance {
  const database = new DatabaseSync(databaseFile(directory), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  database.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}; PRAGMA temp_store = MEMORY;`);
  return database;
}
