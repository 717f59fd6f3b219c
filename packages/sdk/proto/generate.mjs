/**
 * Generates the TypeScript code of the .proto files of this package's tests, of the example `greeter-proto` and of `test/`.
 * The result is committed; run this after a change to a .proto file: `node packages/sdk/proto/generate.mjs`.
 *
 * buf, ts-proto and protoc-gen-es come from the npm registry for the run and are no dependencies of the project.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TOOLS = ["@bufbuild/buf@1.75.0", "ts-proto@2.18.0", "@bufbuild/protoc-gen-es@2.13.0"];
const TS_PROTO = [
  "outputSchema=true",
  "env=node",
  "esModuleInterop=true",
  "lowerCaseServiceMethods=true",
  "useExactTypes=false",
  "outputJsonMethods=false",
  "importSuffix=.js",
];
const ES = ["target=ts", "import_extension=js"];
const HEADER = `// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
`;

const root = fileURLToPath(new URL("../../..", import.meta.url));
const protos = (...path) => join(root, ...path);

/** @param folders what to copy together: the place of a folder of .proto files, by its name there */
function generate({ folders, tsProto, es }) {
  const work = mkdtempSync(join(tmpdir(), "pawl-protos-"));
  for (const [name, folder] of Object.entries(folders)) cpSync(folder, join(work, name), { recursive: true });
  const plugins = [
    { local: "protoc-gen-ts_proto", out: tsProto, opt: TS_PROTO, include_imports: true, strategy: "all" },
    { local: "protoc-gen-es", out: es, opt: ES, include_imports: true },
  ].filter(({ out }) => out !== undefined);
  writeFileSync(join(work, "buf.gen.yaml"), JSON.stringify({ version: "v2", plugins }));
  for (const { out } of plugins) rmSync(out, { recursive: true, force: true });
  const packages = TOOLS.map((tool) => `--package=${tool}`);
  execFileSync(
    "npm",
    ["exec", "--yes", ...packages, "--", "buf", "generate", work, "--template", join(work, "buf.gen.yaml")],
    {
      cwd: work,
      stdio: "inherit",
    },
  );
  for (const { out } of plugins) finish(out);
  rmSync(work, { recursive: true });
}

/** Tells the linter to leave generated code alone. */
function finish(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    const file = join(folder, name);
    const text = name.endsWith("descriptor.ts") ? descriptorStub : readFileSync(file, "utf8");
    writeFileSync(file, HEADER + text);
  }
}

/**
 * ts-proto generates twelve thousand lines for google/protobuf/descriptor.proto, of which ext.ts needs only that it exists:
 * the SDK has descriptors of google/protobuf/*.proto of its own.
 */
const descriptorStub = `// A stand-in for the code of google/protobuf/descriptor.proto: see generate.mjs.
import type { FileDescriptorProto } from "ts-proto-descriptors";

export const protoMetadata = {
  fileDescriptor: { name: "google/protobuf/descriptor.proto" } as FileDescriptorProto,
  references: {},
};
`;

const sdkProtos = protos("packages/sdk/proto");
const fixtures = protos("packages/sdk/src/proto/fixtures");
generate({
  folders: { dev: join(sdkProtos, "dev"), test: join(sdkProtos, "test") },
  tsProto: join(fixtures, "ts-proto"),
  es: join(fixtures, "es"),
});
// Keys are tested with the descriptors of protobuf-es.
rmSync(join(fixtures, "ts-proto/test/keys.ts"));
generate({
  folders: { dev: join(sdkProtos, "dev"), org: protos("examples/proto/org") },
  tsProto: protos("examples/src/greeter-proto/generated"),
});
generate({
  folders: { dev: join(sdkProtos, "dev"), acceptance: protos("test/proto/acceptance") },
  tsProto: protos("test/src/generated/ts-proto"),
});
// For clients that know the example's services.
generate({
  folders: { dev: join(sdkProtos, "dev"), org: protos("examples/proto/org") },
  es: protos("test/src/generated/es"),
});
