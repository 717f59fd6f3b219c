/** What each package brings along for people: what it is, and under which terms. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { root } from "./installed.js";

const run = promisify(execFile);
const NPM_WITHIN_MS = 60_000;
const [SHORTEST_LINES, LONGEST_LINES] = [10, 30];

const folders = readdirSync(join(root, "packages"));
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");

describe("every package", () => {
  /** What a tarball would have in it, by the package's name. */
  const packed = new Map<string, string[]>();

  before(async () => {
    const workspaces = folders.flatMap((folder) => ["--workspace", `packages/${folder}`]);
    const flags = ["pack", "--dry-run", "--json", "--ignore-scripts", ...workspaces];
    const { stdout } = await run("npm", flags, {
      cwd: root,
      timeout: NPM_WITHIN_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    for (const { name, files } of JSON.parse(stdout) as { name: string; files: { path: string }[] }[])
      packed.set(
        name,
        files.map(({ path }) => path),
      );
  });

  for (const folder of folders) {
    const { name, description, license, files } = JSON.parse(read("packages", folder, "package.json"));

    it(`${name} brings its license`, () => {
      assert.equal(license, "Apache-2.0");
      assert.ok(files.includes("LICENSE"));
      assert.ok(packed.get(name)!.includes("LICENSE"));
      assert.equal(read("packages", folder, "LICENSE"), read("LICENSE"));
    });

    it(`${name} says in a few lines what it is, with an example`, () => {
      assert.ok(description.length > 0);
      assert.ok(files.includes("README.md"));
      assert.ok(packed.get(name)!.includes("README.md"));
      const text = read("packages", folder, "README.md");
      assert.ok(text.startsWith(`# ${name}\n`));
      assert.match(text, /^```(ts|shell)$/m);
      const lines = text.trimEnd().split("\n").length;
      assert.ok(lines >= SHORTEST_LINES && lines <= LONGEST_LINES, `${lines} lines`);
    });
  }
});
