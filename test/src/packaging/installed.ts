/** The packages as their users get them: packed, and installed from the tarballs alone. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const NPM_WITHIN_MS = 120_000;

export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The packages that users install to write and call services; folders below packages/. */
export const PUBLISHED = ["protocol", "http2", "sdk", "core", "client"] as const;
export type Published = (typeof PUBLISHED)[number];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function manifestOf(name: Published): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
}

/** What users write after `import`: every entry of a package. */
export function entriesOf(name: Published): string[] {
  const { name: packageName, exports } = manifestOf(name);
  return Object.keys(exports).map((path) => `${packageName}${path.slice(1)}`);
}

/** @returns the tarball's path */
export function pack(name: Published, directory: string): Promise<string> {
  return packFolder(join(root, "packages", name), directory);
}

async function packFolder(folder: string, directory: string): Promise<string> {
  const flags = ["--json", "--ignore-scripts", "--pack-destination", directory];
  // From outside: inside, npm holds to the package manager that a package names for its own development.
  const { stdout } = await run("npm", ["pack", folder, ...flags], { cwd: directory, timeout: NPM_WITHIN_MS });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(directory, filename);
}

/**
 * Makes a project that depends on tarballs. What they need of others, peers included, is packed from this repository's own.
 * @param dependencies by the name that the project knows them by, which may be an alias
 */
export async function install(directory: string, dependencies: Record<string, string>): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const tarballs = { ...dependencies };
  for (const name of PUBLISHED.flatMap(foreignOf)) {
    tarballs[name] = await packFolder(join(root, "node_modules", name), directory);
  }
  const files = Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]);
  const manifest = {
    name: "project",
    private: true,
    type: "module",
    dependencies: Object.fromEntries(files),
  };
  writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
  const flags = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...flags], { cwd: directory, timeout: NPM_WITHIN_MS });
}

/** Packages of others that a package asks for. */
function foreignOf(name: Published): string[] {
  const { dependencies, peerDependencies } = manifestOf(name);
  return Object.keys({ ...dependencies, ...peerDependencies }).filter((other) => !other.startsWith("@pawl/"));
}

/** Runs a module in the project. @returns what it printed */
export async function execute(
  directory: string,
  file: string,
  env: NodeJS.ProcessEnv = {},
  flags: readonly string[] = [],
): Promise<string> {
  const options = { cwd: directory, env: { ...process.env, ...env }, timeout: NPM_WITHIN_MS };
  const { stdout } = await run(process.execPath, [...flags, file], options);
  return stdout;
}

/** Checks the types of the project's files, declarations of packages included. @throws with what the compiler said */
export async function checkTypes(directory: string, options: Record<string, unknown>): Promise<void> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2023"],
    typeRoots: [join(root, "node_modules", "@types")],
    types: ["node"],
    ...options,
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  try {
    await run(process.execPath, [compiler, "-p", directory], { timeout: NPM_WITHIN_MS });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
}
