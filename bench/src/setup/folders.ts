import { fileURLToPath } from "node:url";

// From bench/dist/setup.
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const BENCH = fileURLToPath(new URL("../../", import.meta.url));
export const PEERS = fileURLToPath(new URL("../../peers/", import.meta.url));

/** A compiled script of this package, named from dist/. */
export function distScript(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
