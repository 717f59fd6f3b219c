/** docs/sdk-exports.md says the truth: what is exported at run time, and what is a type. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compile, ROOT } from "./compile.test.kit.js";

const DOCUMENT = new URL("docs/sdk-exports.md", ROOT);

type Kind = "value" | "type" | "both";

/** A name in one of our entries. */
interface Cell {
  readonly row: number;
  readonly column: number;
  readonly name: string;
  readonly kind: Kind;
  readonly entry: string;
  readonly state: string;
}

const NOT_OFFICIAL = "–";
const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));

function parse(lines: readonly string[]): Cell[] {
  const found: Cell[] = [];
  let entries: string[] = [];
  lines.forEach((line, row) => {
    const [name, kind, ...rest] = cellsOf(line);
    if (name === undefined || kind === undefined || name.startsWith("---")) return;
    if (name === "name") {
      entries = rest;
      return;
    }
    assert.ok(kind === "value" || kind === "type" || kind === "both", `row ${row + 1}: kind ${kind}`);
    assert.equal(rest.length, entries.length, `row ${row + 1} has a cell for each entry`);
    rest.forEach((state, index) => {
      if (state === NOT_OFFICIAL) return;
      found.push({ row, column: index, name, kind, entry: entries[index]!, state });
    });
  });
  return found;
}

/** @returns the names that an entry exports at run time; none if there is no such entry */
async function valuesOf(entry: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(Object.keys(await import(entry)));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return new Set();
    throw error;
  }
}

/** "requires type arguments" and "requires between ... type arguments": it is a type, and a generic one. */
const IS_GENERIC = /^error TS(2314|2707)/;

/** @returns those of the cells whose name is declared, as a type if it should be one */
async function typesIn(cells: readonly Cell[]): Promise<ReadonlySet<Cell>> {
  const lines = cells.map(({ name, kind, entry }, index) => {
    const use = kind === "value" ? `typeof T${index}` : `T${index}`;
    return `import type { ${name} as T${index} } from "${entry}"; export type U${index} = ${use};`;
  });
  const found = await compile({ "types.ts": lines.join("\n") });
  const errors = found.filter(({ message }) => !IS_GENERIC.test(message));
  const wrong = new Set(errors.map(({ line }) => line));
  assert.ok(!wrong.has(0), errors.find(({ line }) => line === 0)?.message);
  return new Set(cells.filter((_, index) => !wrong.has(index + 1)));
}

async function stateOf(cells: readonly Cell[]): Promise<Map<Cell, string>> {
  const entries = new Set(cells.map(({ entry }) => entry));
  const values = new Map(
    await Promise.all(Array.from(entries, async (entry) => [entry, await valuesOf(entry)] as const)),
  );
  const types = await typesIn(cells);
  return new Map(
    cells.map((cell) => {
      const isThere = cell.kind === "type" || values.get(cell.entry)!.has(cell.name);
      return [cell, isThere && types.has(cell) ? "yes" : "not yet"];
    }),
  );
}

/** Puts the states into the table, which is otherwise as it was. */
function rewrite(lines: string[], states: ReadonlyMap<Cell, string>): void {
  for (const [{ row, column }, state] of states) {
    const cells = lines[row]!.split("|");
    cells[column + 3] = ` ${state} `;
    lines[row] = cells.join("|");
  }
  writeFileSync(DOCUMENT, lines.join("\n"));
}

describe("the table of the official exports", () => {
  it("says what is here", async () => {
    const lines = readFileSync(DOCUMENT, "utf8").split("\n");
    const cells = parse(lines);
    assert.ok(cells.length > 500, `only ${cells.length} names found`);
    const states = await stateOf(cells);
    if (process.env.TEST_REWRITE === "1") rewrite(lines, states);
    else {
      const wrong = cells.filter((cell) => states.get(cell) !== cell.state);
      const shown = wrong.map((cell) => `${cell.name} in ${cell.entry}: ${states.get(cell)}`);
      assert.deepEqual(shown, [], "TEST_REWRITE=1 npm test -- sdk-exports writes it down");
    }
  });
});
