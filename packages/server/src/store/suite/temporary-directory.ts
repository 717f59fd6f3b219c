import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the body with the path of a data directory that does not exist yet, and removes it afterwards. */
export async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const { directory, remove } = await testDirectory();
  try {
    await body(directory);
  } finally {
    await remove();
  }
}

export async function testDirectory(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), "pawl-store-"));
  return {
    directory: join(parent, "data"),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}
