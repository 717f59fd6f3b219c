import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * Looks now and then whether files have other contents than before. Not by events of the file system, nor by times of
 * change: secrets that are mounted into containers are replaced by way of links, and two changes may have one time.
 */
export class WatchedFiles {
  readonly #timer: NodeJS.Timeout;
  #seen: string;

  /** What is there now counts as known: read the files after this. */
  constructor(paths: readonly string[], intervalMs: number, onChange: () => void) {
    this.#seen = digestOf(paths);
    this.#timer = setInterval(() => {
      const digest = digestOf(paths);
      if (digest === this.#seen) return;
      this.#seen = digest;
      onChange();
    }, intervalMs).unref();
    if (paths.length === 0) this.close();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Of small files. One that cannot be read is one with other contents. */
function digestOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    try {
      hash.update(createHash("sha256").update(readFileSync(path)).digest());
    } catch {
      hash.update("missing");
    }
  }
  return hash.digest("hex");
}
