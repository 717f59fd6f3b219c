import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { parseDescriptorSet } from "./descriptor-set.js";
import { FIXTURE_BASE64 } from "./fixtures.test.kit.js";
import { ReflectionIndex } from "./reflection-index.js";
import { rewritten } from "./rewrite.test.kit.js";

const FILE = "org/example/greeter.proto";
const fixture = parseDescriptorSet(FIXTURE_BASE64).files;

function names(files: readonly Uint8Array[] | undefined): string[] | undefined {
  return files?.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

test("a file comes with all that it imports, itself first", () => {
  const index = new ReflectionIndex([{ name: "a", files: fixture }], new Set());
  const [first, ...imports] = names(index.byFilename(FILE)) ?? [];
  assert.equal(first, FILE);
  assert.deepEqual(
    new Set(imports),
    new Set(fixture.map(({ name }) => name).filter((name) => name !== FILE)),
  );
});

test("a file that another deployment has otherwise gets a name of its own; the same file does not", () => {
  const changed = rewritten(({ file }) => {
    file.service = file.service.filter(({ name }) => name === "Clock");
    for (const service of file.service) service.name = "Newer";
  });
  const index = new ReflectionIndex(
    [
      { name: "dp_1", files: fixture },
      { name: "dp_2", files: fixture },
      { name: "dp_3", files: parseDescriptorSet(changed).files },
    ],
    new Set(),
  );
  assert.equal(names(index.bySymbol("org.example.Greeter"))?.[0], FILE);
  const newer = index.bySymbol("org.example.Newer");
  assert.equal(names(newer)?.[0], `dp_3/${FILE}`);
  assert.ok(names(newer)?.includes("google/protobuf/empty.proto"));
});

test("hidden services are in no file and under no name", () => {
  const index = new ReflectionIndex([{ name: "a", files: fixture }], new Set(["org.example.Counter"]));
  assert.equal(index.bySymbol("org.example.Counter"), undefined);
  assert.equal(index.bySymbol("org.example.Counter.Add"), undefined);
  const [file] = index.byFilename(FILE) ?? [];
  assert.ok(file);
  const services = fromBinary(FileDescriptorProtoSchema, file).service.map(({ name }) => name);
  assert.deepEqual(services, ["Greeter", "Clock"]);
});

test("a leading dot plays no part", () => {
  const index = new ReflectionIndex([{ name: "a", files: fixture }], new Set());
  assert.ok(index.bySymbol(".org.example.Kinds.big"));
});
