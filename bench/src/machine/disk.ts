import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

const SYNCS = 200;
const PAGE_BYTES = 4096;

/** Bytes that the files of a folder hold, without what is reserved ahead. Files may vanish meanwhile. */
export function measureFolder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Median milliseconds to append a page to a file and have it on the disk: what a durable commit costs at least. */
export function measureSync(folder: string): number {
  const file = openSync(join(folder, "sync-probe"), "w");
  try {
    const page = Buffer.alloc(PAGE_BYTES, 1);
    const times = Array.from({ length: SYNCS }, () => {
      const startedAt = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      return performance.now() - startedAt;
    });
    return times.sort((a, b) => a - b)[SYNCS / 2]!;
  } finally {
    closeSync(file);
  }
}

/** The kind of file system of a folder, such as `ext4`; `tmpfs` would make every sync free. */
export function findFileSystem(folder: string): string {
  const mounts = readFileSync("/proc/mounts", "utf8").trim().split("\n");
  const found = mounts
    .map((line) => line.split(" "))
    .filter(([, point]) => point === "/" || folder === point || folder.startsWith(`${point}/`))
    .sort(([, a], [, b]) => (a?.length ?? 0) - (b?.length ?? 0))
    .at(-1);
  return found?.[2] ?? "unknown";
}
