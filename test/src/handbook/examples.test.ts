/** Every example in docs/, in the READMEs and in the docstrings of the packages compiles. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compile, ROOT } from "./compile.test.kit.js";

interface Example {
  /** Relative to the root. */
  readonly source: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly code: string;
}

/** What docstrings need not repeat; the examples of pages are copied as they are. */
const PRELUDE = 'import * as pawl from "@pawl/sdk"; ';

/** Blocks that are fenced as `ts`; in a docstring each line begins with an asterisk. */
function examplesIn(source: string): Example[] {
  const examples: Example[] = [];
  let open: { line: number; lines: string[] } | undefined;
  readFileSync(new URL(source, ROOT), "utf8")
    .split("\n")
    .map((line) => (source.endsWith(".ts") ? line.replace(/^\s*\* ?/, "") : line))
    .forEach((line, index) => {
      if (open === undefined) {
        if (/^```ts$/.test(line)) open = { line: index + 2, lines: [] };
      } else if (line.startsWith("```")) {
        examples.push({ source, line: open.line, code: open.lines.join("\n") });
        open = undefined;
      } else {
        open.lines.push(line);
      }
    });
  return examples;
}

/** What the examples import that a generator makes of their .proto files. */
const GENERATED = ["org/example/greeter.ts", "dev/restate/ext.ts", "google/protobuf/descriptor.ts"];

const generated = Object.fromEntries(
  GENERATED.map((name) => [
    `generated/${name}`,
    readFileSync(new URL(`examples/src/greeter-proto/generated/${name}`, ROOT), "utf8"),
  ]),
);

const filesIn = (folder: string, suffix: string): string[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(suffix) && !name.includes(".test."))
    .map((name) => `${folder}/${name}`);

function sources(): string[] {
  const packages = readdirSync(new URL("packages", ROOT));
  return [
    ...filesIn("docs", ".md"),
    ...packages.flatMap((name) => [`packages/${name}/README.md`, ...filesIn(`packages/${name}/src`, ".ts")]),
  ];
}

describe("the examples of the handbook and the docstrings", () => {
  it("compile", async () => {
    const examples = sources().flatMap(examplesIn);
    assert.ok(examples.length > 20, `only ${examples.length} examples found`);
    const files = new Map(examples.map((example, index) => [`example${index}.ts`, example]));
    const errors = await compile({
      ...generated,
      ...Object.fromEntries(
        Array.from(files, ([name, { source, code }]) => [
          name,
          source.endsWith(".ts") && !/from "@pawl\/(sdk|embedded)"/.test(code) ? PRELUDE + code : code,
        ]),
      ),
    });
    const shown = errors.map(({ file, line, message }) => {
      const example = files.get(file);
      return example === undefined
        ? `${file} ${message}`
        : `${example.source}:${example.line + line - 1} ${message}`;
    });
    assert.deepEqual(shown, []);
  });
});
