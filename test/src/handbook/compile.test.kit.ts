import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The root of the repository, from `test/dist/handbook`. */
export const ROOT = new URL("../../../", import.meta.url);

export interface CompileError {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** As strict as what `tsc --init` writes. */
const OPTIONS = {
  strict: true,
  noEmit: true,
  target: "es2022",
  lib: ["es2023"],
  module: "nodenext",
  moduleResolution: "nodenext",
  skipLibCheck: true,
  types: ["node"],
};

/**
 * Compiles files against the built packages, as a project that depends on them would.
 *
 * @param files contents by name; all in one folder
 * @param aliases packages that are installed under another name: `{ "@restatedev/restate-sdk": "@pawl/sdk" }`
 */
export async function compile(files: Readonly<Record<string, string>>): Promise<CompileError[]> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-compile-"));
  try {
    symlinkSync(new URL("node_modules", ROOT), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: OPTIONS, include: ["*.ts"] }),
    );
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return parseErrors(await tsc(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tsc(folder: string): Promise<string> {
  const bin = new URL("node_modules/typescript/bin/tsc", ROOT);
  const child = spawn(process.execPath, [bin.pathname, "-p", folder, "--pretty", "false"], { cwd: folder });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

/** `name.ts(3,7): error TS2322: ...`, with more lines that are indented. */
function parseErrors(output: string): CompileError[] {
  const errors: CompileError[] = [];
  for (const line of output.split("\n").filter((text) => text !== "")) {
    const [, file, row, message] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const last = errors.at(-1);
    if (file !== undefined) errors.push({ file, line: Number(row), message: message! });
    else if (last !== undefined && line.startsWith(" "))
      errors[errors.length - 1] = { ...last, message: `${last.message}\n${line}` };
    else errors.push({ file: "", line: 0, message: line });
  }
  return errors;
}
