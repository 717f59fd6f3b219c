import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { Greeter } from "../fixtures/es/test/services_pb.js";
import { protoMetadata } from "../fixtures/ts-proto/test/services.js";
import { encodeDescriptors, filesOfService } from "./file-set.js";
import { codecsOf, filesOf } from "./ts-proto.js";

const names = (files: readonly FileDescriptorProto[]): string[] => files.map(({ name }) => name);

describe("descriptors from ts-proto", () => {
  const files = filesOf(protoMetadata);

  it("are all files, each after its imports", () => {
    assert.deepEqual(names(files), [
      "google/protobuf/descriptor.proto",
      "dev/restate/ext.proto",
      "google/protobuf/empty.proto",
      "test/services.proto",
    ]);
  });

  it("are what protobuf-es has for the same files: fields, oneofs, options and all", () => {
    const expected = filesOfService(Greeter);
    assert.deepEqual(names(files), names(expected));
    files.forEach((file, index) => {
      assert.deepEqual(normal(file), normal(expected[index]!), file.name);
    });
  });

  it("have codecs for the messages of all files", () => {
    const codecs = codecsOf(protoMetadata);
    for (const name of ["test.services.Request", "google.protobuf.Empty"]) assert.ok(codecs.has(name), name);
    assert.ok(!codecs.has("test.services.Greeter"), "a client is no codec");
  });

  it("are refused when they are something else", () => {
    assert.throws(() => filesOf({} as never), /outputSchema=true/);
    const { dependencies: _, ...alone } = protoMetadata;
    assert.throws(
      () => filesOf(alone),
      /imports dev\/restate\/ext.proto, of which there is no generated code/,
    );
  });
});

describe("descriptors in the manifest", () => {
  it("round-trip with their options", () => {
    for (const files of [filesOf(protoMetadata), filesOfService(Greeter)]) {
      const set = fromBinary(FileDescriptorSetSchema, base64Decode(encodeDescriptors(files)));
      assert.deepEqual(set.file.map(normal), files.map(normal));
      const service = set.file.at(-1)!.service.find(({ name }) => name === "Counter")!;
      const [option] = service.options!.$unknown!;
      assert.deepEqual([option!.no, [...option!.data]], [51234, [1]]);
    }
  });
});

/** Without what is not the same in two compilers' descriptors: names for JSON that are as they would be anyway. */
function normal(file: FileDescriptorProto): unknown {
  const copy = fromBinary(FileDescriptorProtoSchema, toBinary(FileDescriptorProtoSchema, file));
  const text = JSON.stringify(toJson(FileDescriptorProtoSchema, copy), (name, value) =>
    name === "jsonName" || name === "options" ? undefined : value,
  );
  const options = copy.service.map(({ options: o }) => o?.$unknown?.map(({ no, data }) => [no, [...data]]));
  const fields = copy.messageType.map(({ field }) =>
    field.map(({ options: o }) => o?.$unknown?.map(({ no, data }) => [no, [...data]])),
  );
  return { file: JSON.parse(text), options, fields };
}
