import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("every error code that the server gives is explained in docs/errors.md", () => {
  const explained = readFileSync(join(root, "docs/errors.md"), "utf8");
  const sources = join(root, "packages/server/src");
  const codes = new Set<string>();
  for (const name of readdirSync(sources, { recursive: true }) as string[]) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    for (const [code] of readFileSync(join(sources, name), "utf8").matchAll(/\b(RT|META)\d{4}\b/g))
      codes.add(code);
  }
  assert.ok(codes.size > 10);
  for (const code of codes)
    assert.match(explained, new RegExp(`\\| ${code} \\|`), `${code} is not in docs/errors.md`);
});
