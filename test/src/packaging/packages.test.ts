import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { temporaryDirectory } from "../processes.js";
import { entriesOf, execute, install, manifestOf, PUBLISHED, type Published, pack } from "./installed.js";

/** Dependencies that nothing is loaded from. */
const TYPES_ALONE = ["@standard-schema/spec"];

const directory = temporaryDirectory();
const tarballs = new Map<Published, string>();

before(async () => {
  for (const name of PUBLISHED) tarballs.set(name, await pack(name, directory));
  const dependencies = PUBLISHED.map((name) => [manifestOf(name).name, tarballs.get(name)!]);
  await install(directory, Object.fromEntries(dependencies));
});
after(() => rmSync(directory, { recursive: true, force: true }));

for (const name of PUBLISHED) {
  const manifest = manifestOf(name);
  const entries = entriesOf(name).filter((entry) => !entry.endsWith(".json"));

  describe(`the package ${manifest.name}`, () => {
    const installed = join(directory, "node_modules", manifest.name);

    for (const entry of entries) {
      it(`is imported and required as ${entry}, and is the same both ways`, async () => {
        const file = join(directory, "both.cjs");
        writeFileSync(
          file,
          `const required = require("${entry}");
           import("${entry}").then((imported) => {
             const names = Object.keys(imported).filter((name) => name !== "module.exports");
             const different = names.filter((name) => imported[name] !== required[name]);
             console.log(JSON.stringify({ count: names.length, different }));
           });`,
        );
        const { count, different } = JSON.parse(await execute(directory, file));
        assert.ok(count > 0);
        assert.deepEqual(different, []);
      });

      it(`is required as ${entry} by tools that cannot require ES modules`, async () => {
        const file = join(directory, "commonjs.cjs");
        writeFileSync(
          file,
          `const required = require("${entry}");
           import("${entry}").then((imported) => {
             const names = Object.keys(imported).filter((name) => name !== "module.exports");
             const missing = names.filter((name) => !(name in required));
             const resolved = require.resolve("${entry}");
             console.log(JSON.stringify({ missing, resolved }));
           });`,
        );
        const output = await execute(directory, file, {}, ["--no-experimental-require-module"]);
        const { missing, resolved } = JSON.parse(output);
        assert.deepEqual(missing, []);
        assert.ok(resolved.startsWith(join(installed, "cjs")), resolved);
      });
    }

    it("has types for every way to resolve it", async () => {
      const { types, ...result } = await checkPackage(
        createPackageFromTarballData(readFileSync(tarballs.get(name)!)),
      );
      assert.ok(types);
      assert.deepEqual((result as { problems: unknown[] }).problems, []);
    });

    it("is well formed", async () => {
      const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
      assert.deepEqual(
        messages.map((message) => formatMessage(message, pkg)),
        [],
      );
    });

    it("brings no tests, nothing native, and no packages but ours", () => {
      const files = readdirSync(installed, { recursive: true }).map(String);
      const unwanted = /\.test\.|fixtures|\.tsbuildinfo|\.node$|binding\.gyp|\.wasm$/;
      assert.deepEqual(
        files.filter((file) => unwanted.test(file)),
        [],
      );
      const others = Object.keys(manifest.dependencies ?? {}).filter(
        (other) => !other.startsWith("@pawl/") && !TYPES_ALONE.includes(other),
      );
      assert.deepEqual(others, []);
    });
  });
}
