import { create, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";

/**
 * Where the manifest carries the descriptors of a protobuf service: base64 of a FileDescriptorSet with all that the
 * service's file imports. Servers that do not know it serve the service with binary bodies.
 */
export const DESCRIPTORS_METADATA = "dev.pawl.protobuf.descriptors";

const wellKnown: ReadonlyMap<string, FileDescriptorProto> = new Map(
  [
    file_google_protobuf_any,
    file_google_protobuf_api,
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_source_context,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_type,
    file_google_protobuf_wrappers,
  ].map(({ proto }) => [proto.name, proto]),
);

/** @param path e.g. `google/protobuf/empty.proto` */
export function wellKnownFile(path: string): FileDescriptorProto | undefined {
  return wellKnown.get(path);
}

/** The file of a service and all that it imports, each after its imports. */
export function filesOfService(service: DescService): readonly FileDescriptorProto[] {
  const files = new Set<FileDescriptorProto>();
  const visit = (file: DescFile): void => {
    if (files.has(file.proto)) return;
    file.dependencies.forEach(visit);
    files.add(file.proto);
  };
  visit(service.file);
  return [...files];
}

/** The value of {@link DESCRIPTORS_METADATA}. */
export function encodeDescriptors(files: readonly FileDescriptorProto[]): string {
  return base64Encode(
    toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...files] })),
  );
}
