import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { StoreErrorKind } from "../errors.js";
import { databaseFile, openReader } from "./database.js";
import { asStoreError } from "./sqlite-errors.js";

/* Entry point of the thread that makes one backup and ends. */

export interface BackupQuestion {
  /** The data directory. */
  readonly directory: string;
  /** Where the copy goes; made anew. */
  readonly folder: string;
}

export type BackupReply =
  | { readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly failure: { readonly kind: StoreErrorKind; readonly message: string } };

const CHUNK_BYTES = 1024 * 1024;

/**
 * VACUUM INTO copies what one read transaction sees: everything committed when it begins, nothing later. The writer goes
 * on meanwhile; its log cannot be folded into the database until the copy is done, so it grows.
 */
function copy({ directory, folder }: BackupQuestion): BackupReply {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const path = databaseFile(folder);
  const database = openReader(directory);
  try {
    database.prepare("VACUUM INTO ?").run(path);
  } finally {
    database.close();
  }
  return { path, bytes: statSync(path).size, sha256: digestOf(path) };
}

function digestOf(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("base64");
}

function reply(): BackupReply {
  try {
    return copy(workerData as BackupQuestion);
  } catch (error) {
    const { kind, message } = asStoreError(error, "Making a backup");
    return { failure: { kind, message } };
  }
}

parentPort?.postMessage(reply());
