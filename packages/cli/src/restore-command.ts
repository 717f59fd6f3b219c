import { statSync } from "node:fs";
import { join } from "node:path";
import { restoreBackup } from "@pawl/server";
import { readArguments } from "./arguments.js";
import { BACKUP_FILE } from "./backup-command.js";
import { runCommand } from "./command.js";
import type { Environment } from "./main.js";

const DEFAULT_BASE_DIR = "./pawl-data";

const HELP = `Makes a data directory of a backup, after checking it. Start the server on it afterwards.
Only one server may run on what a backup holds: stop the old one first, or its calls are made twice.

Usage: pawl restore DIR [options]

  --base-dir DIR   The data directory, without data (default: PAWL_BASE_DIR or ${DEFAULT_BASE_DIR})
  -h, --help       Show this help`;

/** @returns the exit code */
export function restoreCommand(args: readonly string[], env: Environment): Promise<number> {
  return runCommand("restore", async () => {
    const options = { "base-dir": { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = readArguments(args, options, "DIR");
    if (values.help) {
      console.log(HELP);
      return;
    }
    const [given = ""] = positionals;
    const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const baseDir = values["base-dir"] || env.PAWL_BASE_DIR || DEFAULT_BASE_DIR;
    restoreBackup(isFolder ? join(given, BACKUP_FILE) : given, baseDir);
    console.log(`restored into ${baseDir}. Start it: pawl server --base-dir ${baseDir}`);
  });
}
