import { join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { StoreError } from "../errors.js";

const LOCK_FILE = "pawl.lock";

/** Covers the moment in which a killed process is still being taken down, milliseconds. */
const LOCK_WAIT_MS = 250;

/**
 * Holds a data directory for this process. The lock is SQLite's own exclusive lock on an empty database of its own: the
 * operating system releases it when the process dies, however it dies, and SQLite also keeps a second store in the same
 * process out.
 */
export class DirectoryLock {
  readonly #database: DatabaseSyncInstance;

  /** @throws StoreError `locked` */
  constructor(directory: string) {
    this.#database = new DatabaseSync(join(directory, LOCK_FILE), { timeout: LOCK_WAIT_MS });
    try {
      this.#database.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      this.#database.close();
      throw new StoreError(
        "locked",
        `The data directory ${directory} is in use by another process. ` +
          "Stop that process, or give this one a data directory of its own.",
        { cause },
      );
    }
  }

  release(): void {
    this.#database.close();
  }
}
