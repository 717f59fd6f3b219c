import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { DatabaseSync } from "@photostructure/sqlite";
import { StoreError } from "../errors.js";
import { databaseFile } from "./database.js";
import { makeDirectory } from "./directory.js";
import { DirectoryLock } from "./directory-lock.js";
import { checkSchemaVersion } from "./migrate.js";
import { asStoreError } from "./sqlite-errors.js";

/**
 * Reads all of a backup and says whether it can be restored.
 * @param path the file
 * @throws StoreError `corrupt`, `newer-schema`, `io`
 */
export function checkBackup(path: string): void {
  if (!existsSync(path)) throw new StoreError("io", `There is no backup at ${path}.`);
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const [row] = database.prepare("PRAGMA integrity_check(1)").all() as { integrity_check: string }[];
      if (row?.integrity_check !== "ok") {
        throw new StoreError("corrupt", `${path} is damaged: ${row?.integrity_check}. Use another backup.`);
      }
      const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as {
        tables: number;
      };
      if (tables === 0) throw new StoreError("corrupt", `${path} is empty. Use another backup.`);
      checkSchemaVersion(database, path);
    } finally {
      database.close();
    }
  } catch (error) {
    throw asStoreError(error, `Reading ${path}`);
  }
}

/**
 * Makes a data directory of a backup. The server must not run on it yet.
 *
 * @param from the backup's file
 * @param to a data directory that is new, or holds no data
 * @throws StoreError as `checkBackup`; `locked` when a server runs on the directory; `not-empty` when it holds data
 */
export function restoreBackup(from: string, to: string): void {
  checkBackup(from);
  makeDirectory(to);
  const lock = new DirectoryLock(to);
  try {
    const target = databaseFile(to);
    if (existsSync(target)) {
      throw new StoreError(
        "not-empty",
        `${to} holds data already. Restore into another directory, or move ${target} (and ${target}-wal, if there is one) away.`,
      );
    }
    // Half a copy must not look like a database.
    const part = `${target}.restoring`;
    try {
      copyFileSync(from, part, constants.COPYFILE_FICLONE);
      sync(part);
      checkBackup(part);
      rmSync(`${target}-wal`, { force: true });
      renameSync(part, target);
      if (process.platform !== "win32") sync(to);
    } catch (error) {
      rmSync(part, { force: true });
      throw asStoreError(error, `Restoring ${from}`);
    }
  } finally {
    lock.release();
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
