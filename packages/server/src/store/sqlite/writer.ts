import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { Packed } from "./cells.js";
import { configureWriter, databaseFile, openWriter } from "./database.js";
import { makeDirectory } from "./directory.js";
import { DirectoryLock } from "./directory-lock.js";
import { GroupCommit, type GroupOutcome } from "./group-commit.js";
import { checkSchemaVersion, migrate } from "./migrate.js";

/** The one connection that writes to a data directory, which it holds for this process. */
export class Writer {
  readonly #lock: DirectoryLock;
  readonly #database: DatabaseSyncInstance;
  readonly #groups: GroupCommit;

  constructor(directory: string) {
    makeDirectory(directory);
    this.#lock = new DirectoryLock(directory);
    try {
      this.#database = openCurrent(directory);
      this.#groups = new GroupCommit(this.#database);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  commit(group: readonly Packed[]): GroupOutcome {
    return this.#groups.commit(group);
  }

  /** Folds the log into the database and frees the directory. */
  close(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // On a full disk, say. The log keeps what could not be folded.
    }
    this.#database.close();
    this.#lock.release();
  }
}

/** A connection to a database of this version's schema. */
function openCurrent(directory: string): DatabaseSyncInstance {
  const database = openWriter(directory);
  try {
    checkSchemaVersion(database, databaseFile(directory));
    configureWriter(database);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
