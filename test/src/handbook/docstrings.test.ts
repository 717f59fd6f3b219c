/** Everything that the SDK exports says what it is; what is there at run time shows how it is used. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ROOT } from "./compile.test.kit.js";

interface Exported {
  readonly name: string;
  readonly file: URL;
  /** The name where it is declared. */
  readonly declared: string;
}

/** The declarations of `@pawl/sdk`. */
function entryOf(): URL {
  const { exports } = JSON.parse(readFileSync(new URL("packages/sdk/package.json", ROOT), "utf8"));
  return new URL(exports["."].default.replace(/\.js$/, ".d.ts"), new URL("packages/sdk/", ROOT));
}

/**
 * Reads `export { a, type b as c } from "./file.js"`, and follows `export * from "./file.js"`. What comes from other packages
 * is documented there.
 */
function exportsOf(entry: URL): Exported[] {
  const text = readFileSync(entry, "utf8");
  const declarationsOf = (module: string): URL => new URL(`${module}.d.ts`, entry);
  const all = Array.from(text.matchAll(/^export \* from "(\.[^"]*)\.js"/gm)).flatMap(([, module]) =>
    exportsOf(declarationsOf(module!)),
  );
  const named = Array.from(text.matchAll(/^export (?:type )?\{([^}]*)\} from "(\.[^"]*)\.js"/gm)).flatMap(
    ([, names, module]) =>
      names!
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => {
          const [declared, as = declared] = name.split(" as ");
          return { name: as!, declared: declared!, file: declarationsOf(module!) };
        }),
  );
  return [...all, ...named];
}

/** @returns the docstrings right before the declarations of a name, which may be a type and a value; "" if there is none */
function docstringOf({ declared, file }: Exported): string {
  const text = readFileSync(file, "utf8");
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type|namespace|enum) ${declared}\\b`,
    "gm",
  );
  return Array.from(text.matchAll(declaration), ({ index }) => {
    const before = text.slice(0, index).trimEnd();
    return before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : "";
  }).join("");
}

describe("the exports of the SDK", () => {
  const exported = exportsOf(entryOf());

  it("are described", () => {
    assert.ok(exported.length > 100, `only ${exported.length} exports found`);
    const silent = exported.filter((found) => docstringOf(found) === "");
    assert.deepEqual(
      silent.map(({ name }) => name),
      [],
    );
  });

  it("have an example if they are values, unless they are old names", async () => {
    const values = new Set(Object.keys(await import("@pawl/sdk")));
    const without = exported.filter((found) => {
      return values.has(found.name) && !/```ts|@deprecated/.test(docstringOf(found));
    });
    assert.deepEqual(
      without.map(({ name }) => name),
      [],
    );
  });
});
