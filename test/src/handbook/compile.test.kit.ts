import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository, from `test/dist/handbook`. */
export const ROOT = new URL("../../../", import.meta.url);

const MODULES = fileURLToPath(new URL("node_modules", ROOT));

export interface CompileError {
  readonly file: string;
  /** From 1. 0: the compiler did not say. */
  readonly line: number;
  readonly message: string;
}

/** A project of somebody who depends on the built packages. */
export interface Project {
  compile(): Promise<CompileError[]>;
  /** Runs a compiled file. @returns what it printed @throws if it fails */
  run(file: string): Promise<string>;
}

/** As strict as what `tsc --init` writes. */
const OPTIONS = {
  strict: true,
  outDir: "out",
  target: "es2022",
  lib: ["es2023"],
  module: "nodenext",
  moduleResolution: "nodenext",
  skipLibCheck: true,
  types: ["node"],
};

/**
 * @param files contents by name; all in one folder
 * @param aliases folders of packages, relative to the root, by the name that they are installed under
 */
export async function withProject<T>(
  files: Readonly<Record<string, string>>,
  aliases: Readonly<Record<string, string>>,
  use: (project: Project) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-project-"));
  try {
    installModules(join(folder, "node_modules"), aliases);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: OPTIONS, include: ["*.ts"] }),
    );
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await use({
      compile: async () => {
        const { output } = await node(folder, [
          join(MODULES, "typescript/bin/tsc"),
          "-p",
          folder,
          "--pretty",
          "false",
        ]);
        return parseErrors(output);
      },
      run: async (file) => {
        const { code, output } = await node(folder, [join("out", file)]);
        if (code !== 0) throw new Error(`${file} ended with ${code}:\n${output}`);
        return output;
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns what the compiler finds wrong */
export const compile = (files: Readonly<Record<string, string>>): Promise<CompileError[]> =>
  withProject(files, {}, (project) => project.compile());

function installModules(folder: string, aliases: Readonly<Record<string, string>>): void {
  mkdirSync(folder);
  for (const name of readdirSync(MODULES)) symlinkSync(join(MODULES, name), join(folder, name));
  for (const [name, target] of Object.entries(aliases)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    symlinkSync(fileURLToPath(new URL(target, ROOT)), join(folder, name));
  }
}

function node(cwd: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}

/** `name.ts(3,7): error TS2322: ...`, with more lines that are indented. */
function parseErrors(output: string): CompileError[] {
  const errors: CompileError[] = [];
  for (const line of output.split("\n").filter((text) => text !== "")) {
    const [, file, row, message] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const last = errors.at(-1);
    if (file !== undefined) errors.push({ file, line: Number(row), message: message! });
    else if (last !== undefined && line.startsWith(" ")) {
      errors[errors.length - 1] = { ...last, message: `${last.message}\n${line}` };
    } else errors.push({ file: "", line: 0, message: line });
  }
  return errors;
}
