import { readFileSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { ConfigError } from "./config-error.js";
import { currentKey } from "./former-keys.js";
import type { RawValue } from "./setting.js";
import { type Entry, toKebabCase } from "./source.js";

/** Files with these endings are YAML, as the server of 2023 had them; all others are TOML. */
const YAML_FILE = /\.ya?ml$/i;

/**
 * Settings of a file.
 * @throws ConfigError when it cannot be read, is not what its name says, or names a key twice (`a-b` and `a_b` are the same)
 */
export function readConfigFile(path: string, isForeign: boolean): Entry[] {
  const source = `file ${path}`;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  const collect = (table: object, prefix: string): void => {
    for (const [name, value] of Object.entries(table) as [string, RawValue | null][]) {
      // Only YAML has it: the default.
      if (value === null) continue;
      const written = prefix + toKebabCase(name);
      if (isTable(value)) {
        collect(value, `${written}.`);
        continue;
      }
      const key = currentKey(written);
      if (seen.has(key)) throw fileError(source, `"${key}" is there twice: keep one of them`);
      seen.add(key);
      entries.push({ key, value, source, isForeign });
    }
  };
  const text = readText(path, source);
  collect(YAML_FILE.test(path) ? readYaml(text, source) : parseToml(text, source), "");
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

function readYaml(text: string, source: string): object {
  try {
    const document: unknown = parseYaml(text);
    if (document === null || document === undefined) return {};
    if (typeof document === "object") return document;
    throw fileError(source, "it must be a mapping of settings");
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw fileError(source, error.message.split("\n", 1)[0] as string);
  }
}

function fileError(source: string, problem: string): ConfigError {
  return new ConfigError([{ key: "", source, problem }]);
}
