import { readFileSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import { ConfigError } from "./config-error.js";
import type { RawValue } from "./setting.js";
import { type Entry, toKebabCase } from "./source.js";

/**
 * Settings of a TOML file.
 * @throws ConfigError when the file cannot be read, is no TOML, or names a key twice (`a-b` and `a_b` are the same)
 */
export function readConfigFile(path: string, isForeign: boolean): Entry[] {
  const source = `file ${path}`;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  const collect = (table: object, prefix: string): void => {
    for (const [name, value] of Object.entries(table) as [string, RawValue][]) {
      const key = prefix + toKebabCase(name);
      if (isTable(value)) {
        collect(value, `${key}.`);
        continue;
      }
      if (seen.has(key)) throw fileError(source, `"${key}" is there twice: keep one of them`);
      seen.add(key);
      entries.push({ key, value, source, isForeign });
    }
  };
  collect(parseToml(readText(path, source), source), "");
  return entries;
}

function isTable(value: RawValue): value is object {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

function readText(path: string, source: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(source, `it cannot be read: ${(error as Error).message}`);
  }
}

function parseToml(text: string, source: string): object {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n", 1)[0];
    throw fileError(source, `line ${error.line}, column ${error.column}: ${reason}`);
  }
}

function fileError(source: string, problem: string): ConfigError {
  return new ConfigError([{ key: "", source, problem }]);
}
