import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SETTINGS } from "./settings.js";

const page = readFileSync(
  fileURLToPath(new URL("../../../../docs/configuration.md", import.meta.url)),
  "utf8",
);

function keysOf(settings: object, prefix = ""): string[] {
  return Object.values(settings as Record<string, { key: string; settings?: object }>).flatMap((setting) =>
    setting.settings === undefined
      ? [`${prefix}${setting.key}`]
      : keysOf(setting.settings, `${prefix}${setting.key}.`),
  );
}

test("every setting is in docs/configuration.md, and nothing else is", () => {
  const documented = [...page.matchAll(/^\| `([a-z0-9.-]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(documented.sort(), keysOf(SETTINGS).sort());
});
