// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// A stand-in for the code of google/protobuf/descriptor.proto: see generate.mjs.
import type { FileDescriptorProto } from "ts-proto-descriptors";

export const protoMetadata = {
  fileDescriptor: { name: "google/protobuf/descriptor.proto" } as FileDescriptorProto,
  references: {},
};
