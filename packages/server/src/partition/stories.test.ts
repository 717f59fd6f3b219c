import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runStory } from "./story.test.kit.js";

// Compiled tests run from dist/partition; the stories stay with the sources.
const folder = fileURLToPath(new URL("../../src/partition/stories/", import.meta.url));

for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt"))) {
  test(`story: ${file.replace(".txt", "").replaceAll("-", " ")}`, async () => {
    const text = readFileSync(folder + file, "utf8");
    const told = await runStory(text);
    if (process.env.TEST_REWRITE !== undefined) writeFileSync(folder + file, told);
    else assert.equal(told, text);
  });
}
