import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PEERS } from "./folders.js";

const SERVER = "@restatedev/restate-server";
const SDK = "@restatedev/restate-sdk";
const PLATFORM = `${process.platform}-${process.arch}`;
/** `node` itself as a package per platform. */
const NODE = `node-${PLATFORM}`;

/** What bench/peers holds. */
export interface InstalledPeers {
  readonly serverBinary: string;
  readonly serverVersion: string;
  /** URL of the SDK's module. */
  readonly sdkModule: string;
  readonly sdkVersion: string;
  readonly node: string;
  readonly nodeVersion: string;
}

/** Installs what bench/peers/package-lock.json says, unless it is there. */
export function installPeers(): InstalledPeers {
  const wanted = readPackage(join(PEERS, "package.json"));
  const versions = { ...wanted.dependencies, ...wanted.optionalDependencies };
  const isThere = [SERVER, SDK, NODE].every((name) => installedVersion(name) === versions[name]);
  if (!isThere) install();
  const require = createRequire(join(PEERS, "package.json"));
  return {
    // The binary itself: the package's own command is one more process in front of it.
    serverBinary: join(PEERS, "node_modules", `${SERVER}-${PLATFORM}`, "bin/restate-server"),
    serverVersion: versions[SERVER] ?? "",
    sdkModule: pathToFileURL(join(require.resolve(SDK), "../index.js")).href,
    sdkVersion: versions[SDK] ?? "",
    node: join(PEERS, "node_modules", NODE, "bin/node"),
    nodeVersion: versions[NODE] ?? "",
  };
}

function install(): void {
  console.error(`installing the peers in ${PEERS} ...`);
  // What `npm run` tells its script about itself would be taken for settings.
  const { npm_config_local_prefix: _prefix, ...env } = process.env;
  try {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: PEERS,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (error) {
    throw new Error(
      `the peers could not be installed (${(error as Error).message}): without them, --peers baseline,pawl+pawl works`,
    );
  }
}

interface Package {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function installedVersion(name: string): string | undefined {
  try {
    return readPackage(join(PEERS, "node_modules", name, "package.json")).version;
  } catch {
    return undefined;
  }
}

function readPackage(path: string): Package {
  return JSON.parse(readFileSync(path, "utf8")) as Package;
}
