import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "../setup/folders.js";
import type { InstalledPeers } from "../setup/installed-peers.js";
import { findFileSystem, measureSync } from "./disk.js";

const GIB = 2 ** 30;
/** With more than this, somebody else is at work and the figures are worth little. */
const IDLE_LOAD = 0.5;

/** What one must know to read the figures. */
export interface Facts {
  readonly machine: readonly (readonly [name: string, value: string])[];
  readonly versions: readonly (readonly [name: string, value: string])[];
  /** Not empty: the machine was busy before the measurement began. */
  readonly warning: string;
}

/** @param folder where the servers will keep their data */
export function collectFacts(folder: string, peers: InstalledPeers | null): Facts {
  const [load = 0] = loadavg();
  return {
    machine: [
      ["date", new Date().toISOString().slice(0, 16).replace("T", " ")],
      ["cores", `${availableParallelism()} x ${cpus()[0]?.model ?? "unknown"}`],
      ["memory", `${(totalmem() / GIB).toFixed(0)} GiB`],
      ["kernel", `Linux ${release()} ${process.arch}`],
      [
        "disk",
        `${findFileSystem(folder)}, ${measureSync(folder).toFixed(2)} ms to append 4 KiB and fdatasync`,
      ],
      ["load average before", load.toFixed(2)],
    ],
    versions: [
      ["Pawl", `${readVersion("packages/server/package.json")} ${readCommit()}`.trim()],
      ["node", process.versions.node],
      ...(peers === null
        ? []
        : ([
            ["node for `@node24` and for the official SDK", peers.nodeVersion],
            ["official server", peers.serverVersion],
            ["official SDK", peers.sdkVersion],
          ] as const)),
    ],
    warning:
      load > IDLE_LOAD ? `The machine was not idle: load average ${load.toFixed(2)} before the run.` : "",
  };
}

function readVersion(path: string): string {
  return (JSON.parse(readFileSync(join(ROOT, path), "utf8")) as { version: string }).version;
}

function readCommit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const changed = git("status", "--porcelain", "--", "packages") === "" ? "" : ", with changes";
    return `(${git("rev-parse", "--short", "HEAD")}${changed})`;
  } catch {
    return "";
  }
}
