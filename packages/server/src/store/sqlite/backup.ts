import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { StoreError } from "../errors.js";
import type { Store } from "../store.js";
import type { BackupQuestion, BackupReply } from "./backup-thread.js";

/** Below the data directory: there must be room for a second copy on its disk anyway, once it is restored. */
const FOLDER = "backup";

/** A copy of everything as it was at one moment, after all commits that had resolved before it was asked for. */
export interface Backup {
  /** A database that a data directory can begin with. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the file, base64. */
  readonly sha256: string;
  /** Removes the file. Call it once it was read. */
  remove(): Promise<void>;
}

/** A store that can copy itself while it runs. */
export interface BackupStore extends Store {
  /**
   * One at a time, until it is removed.
   * @throws BackupInProgressError; StoreError `full`, `io`, `corrupt`
   */
  backup(): Promise<Backup>;
}

export class BackupInProgressError extends Error {
  override readonly name = "BackupInProgressError";

  constructor() {
    super("a backup is being made or fetched: try again when it is done");
  }
}

/**
 * Makes the copy in a thread of its own, which reads beside the writer and never stops it.
 * @param onRemoved called once the copy is gone
 */
export async function makeBackup(directory: string, onRemoved: () => void): Promise<Backup> {
  const folder = join(directory, FOLDER);
  let isRemoved = false;
  const remove = async (): Promise<void> => {
    if (isRemoved) return;
    isRemoved = true;
    await rm(folder, { recursive: true, force: true });
    onRemoved();
  };
  try {
    const { path, bytes, sha256 } = await inThread({ directory, folder });
    return { path, bytes, sha256, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Those that a killed process left. */
export function removeLeftBackups(directory: string): void {
  rmSync(join(directory, FOLDER), { recursive: true, force: true });
}

type Made = Extract<BackupReply, { readonly path: string }>;

function inThread(question: BackupQuestion): Promise<Made> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./backup-thread.js", import.meta.url), {
      name: "pawl-store-backup",
      workerData: question,
    });
    worker.once("message", (reply: BackupReply) => {
      if ("failure" in reply) reject(new StoreError(reply.failure.kind, reply.failure.message));
      else resolve(reply);
    });
    const died = (why: string): void =>
      reject(new StoreError("thread", `The thread of the backup died: ${why}`));
    worker.once("error", (error) => died(error.message));
    worker.once("exit", (code) => died(`exit code ${code}`));
  });
}
