/** Everything that the SDK exports says what it is; what is there at run time shows how it is used. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ROOT } from "./compile.test.kit.js";

const SDK = new URL("packages/sdk/dist/", ROOT);

interface Exported {
  readonly name: string;
  readonly file: string;
  /** The name where it is declared. */
  readonly declared: string;
}

/** Reads `export { a, type b as c } from "./file.js"`; exports of other packages and whole modules are documented there. */
function exportsOf(entry: string): Exported[] {
  const text = readFileSync(new URL(entry, SDK), "utf8");
  return Array.from(text.matchAll(/^export (?:type )?\{([^}]*)\} from "(\.[^"]*)\.js"/gm)).flatMap(
    ([, names, file]) =>
      names!
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => {
          const [declared, as = declared] = name.split(" as ");
          return {
            name: as!,
            declared: declared!,
            file: new URL(`${file}.d.ts`, new URL(entry, SDK)).pathname,
          };
        }),
  );
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
  const exported = exportsOf("index.d.ts");

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
