/* Functions on texts, lists and JSON that SQLite lacks, or has with other rules than PostgreSQL. */

/** Patterns that were compiled: a query has one or two, and asks for them with every row. */
const patterns = new Map<string, RegExp>();
const MAX_PATTERNS = 100;

function compiled(key: string, compile: () => RegExp): RegExp {
  const known = patterns.get(key);
  if (known !== undefined) return known;
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  const pattern = compile();
  patterns.set(key, pattern);
  return pattern;
}

/** LIKE, which minds the case, and (flag `i`) ILIKE. */
export function textLike(text: string, pattern: string, escapeCharacter: string, flags: string): boolean {
  const key = `like/${flags}/${escapeCharacter}/${pattern}`;
  return compiled(key, () => likePattern(pattern, escapeCharacter, flags)).test(text);
}

function likePattern(pattern: string, escapeCharacter: string, flags: string): RegExp {
  let source = "";
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    let character = characters[i] as string;
    const isEscaped = character === escapeCharacter && i + 1 < characters.length;
    if (isEscaped) character = characters[++i] as string;
    if (character === "%" && !isEscaped) source += ".*";
    else if (character === "_" && !isEscaped) source += ".";
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, `su${flags}`);
}

/** @param flags of JavaScript's regular expressions: `i` ignores the case */
export function regexpLike(text: string, pattern: string, flags: string): boolean {
  return compiled(`regexp/${flags}/${pattern}`, () => new RegExp(pattern, flags)).test(text);
}

/** Replaces the first match, or (flag `g`) all. `\1` in the replacement is the first group. */
export function regexpReplace(text: string, pattern: string, to: string, flags: string): string {
  const expression = compiled(`regexp/${flags}/${pattern}`, () => new RegExp(pattern, flags));
  return text.replace(
    expression,
    to
      .replace(/\$/g, "$$$$")
      .replace(/\\(\d)/g, "$$$1")
      .replace(/\\&/g, "$$&"),
  );
}

/** The part at a place from 1; from the end with negative places. "" where there is none. */
export function splitPart(text: string, delimiter: string, place: number): string {
  const parts = delimiter === "" ? [text] : text.split(delimiter);
  return (place < 0 ? parts.at(place) : parts[place - 1]) ?? "";
}

/** A result longer than this is refused: characters. */
const MAX_REPEATED = 1_000_000;

export function repeat(text: string, count: number): string {
  if (text.length * count > MAX_REPEATED)
    throw new Error(`repeat() makes at most ${MAX_REPEATED} characters`);
  return text.repeat(Math.max(0, count));
}

/** Whether a list (as JSON) holds a value. */
export function listHas(list: string, value: unknown): boolean {
  return (JSON.parse(list) as unknown[]).some((element) => element === value);
}

export function listJoin(list: string, delimiter: string): string {
  return (JSON.parse(list) as unknown[]).filter((element) => element !== null).join(delimiter);
}

type Wanted = "text" | "json" | "number" | "boolean" | "exists" | "length";

/**
 * What is found in a JSON document along a path of names and places (from 0). null: nothing, nothing of the wanted kind, or no
 * JSON.
 */
export function jsonPath(
  wanted: Wanted,
  json: string,
  ...path: readonly (string | number)[]
): string | number | null {
  const found = walk(json, path);
  switch (wanted) {
    case "exists":
      return found === undefined ? 0 : 1;
    case "text":
      if (found === undefined || found === null) return null;
      return typeof found === "string" ? found : JSON.stringify(found);
    case "json":
      return found === undefined ? null : JSON.stringify(found);
    case "number":
      return typeof found === "number" ? found : null;
    case "boolean":
      return typeof found === "boolean" ? Number(found) : null;
    case "length":
      return typeof found === "object" && found !== null ? Object.keys(found).length : null;
  }
}

function walk(json: string, path: readonly (string | number)[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
