/** A program for the official SDK compiles, runs and announces the same with Pawl's SDK under its name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ROOT, withProject } from "./compile.test.kit.js";

const programs = new URL("test/programs/", ROOT);
const program = readFileSync(new URL("drop-in.ts", programs), "utf8");
/** What the program printed with `@restatedev/restate-sdk` 1.17.2. */
const official = JSON.parse(readFileSync(new URL("drop-in.announced.json", programs), "utf8"));

interface Announced {
  handlers: { input: { jsonSchema?: { additionalProperties?: boolean } } }[];
}

/** Pawl announces for an input what callers may send, the official SDK what the handler gets: nothing but known fields. */
function withOpenInputs(services: Announced[]): Announced[] {
  for (const { handlers } of services) {
    for (const { input } of handlers) delete input.jsonSchema?.additionalProperties;
  }
  return services;
}

describe("a program for the official SDK", () => {
  it("runs with Pawl's under its name", async () => {
    const aliases = { "@restatedev/restate-sdk": "packages/sdk" };
    await withProject({ "drop-in.ts": program }, aliases, async (project) => {
      assert.deepEqual(await project.compile(), []);
      const { announced, helpers } = JSON.parse(await project.run("drop-in.js"));
      assert.deepEqual(helpers, ["function", "function"]);
      assert.deepEqual(announced, withOpenInputs(official));
    });
  });
});
