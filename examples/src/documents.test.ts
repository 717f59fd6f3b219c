/** Pages that show programs of this folder, or their tests, piece by piece: blocks fenced as `typescript` are taken from them to the letter. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = ["examples/src", "test/src/examples"].flatMap((folder) =>
  (readdirSync(root + folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(`${root}${folder}/${name}`, "utf8")),
);

for (const document of ["README.md", "docs/examples.md", "docs/in-process.md", "docs/testing.md"]) {
  test(`the code in ${document} is code that compiles and runs here`, () => {
    const text = readFileSync(root + document, "utf8");
    const blocks = [...text.matchAll(/```typescript\n(.*?)```/gs)].map(([, code]) => code ?? "");
    assert.ok(blocks.length > 0);
    for (const block of blocks)
      assert.ok(
        sources.some((source) => source.includes(block)),
        block,
      );
  });
}
