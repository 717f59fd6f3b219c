import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

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
