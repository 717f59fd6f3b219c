import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Makes the data directory if there is none, so that it survives a loss of power as its files do. */
export function makeDirectory(directory: string): void {
  const made = mkdirSync(directory, { recursive: true });
  if (made === undefined || process.platform === "win32") return;
  const parent = openSync(dirname(made), "r");
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}

/** The database and its log; the lock is empty. */
const DATABASE_FILES = ["pawl.db", "pawl.db-wal", "pawl.db-shm"];

/** Size of the store in a data directory, bytes. */
export function databaseBytes(directory: string): number {
  let bytes = 0;
  for (const file of DATABASE_FILES)
    bytes += statSync(join(directory, file), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
