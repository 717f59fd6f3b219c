import { createFileRegistry, type DescFile, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import {
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";

/**
 * Key in the metadata of a service's manifest: base64 of a FileDescriptorSet with the service's file and all that it
 * imports. Other servers ignore it.
 */
export const DESCRIPTORS_METADATA = "dev.pawl.protobuf.descriptors";

/** Descriptors that cannot be used. The message says why. */
export class DescriptorError extends Error {
  override readonly name = "DescriptorError";
}

export interface DescriptorSet {
  /** Each after the files that it imports. Options that nobody here knows are kept. */
  readonly files: readonly FileDescriptorProto[];
  readonly registry: FileRegistry;
}

/** For endpoints that leave out files which everybody has. */
const WELL_KNOWN: ReadonlyMap<string, DescFile> = new Map(
  [
    file_google_protobuf_any,
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_wrappers,
  ].map((file) => [file.proto.name, file]),
);

/** @throws DescriptorError */
export function parseDescriptorSet(base64: string): DescriptorSet {
  let files: readonly FileDescriptorProto[];
  try {
    files = fromBinary(FileDescriptorSetSchema, base64Decode(base64)).file;
  } catch (error) {
    throw new DescriptorError(`they are no base64 of a FileDescriptorSet: ${reason(error)}`);
  }
  return toDescriptorSet(files);
}

/** @throws DescriptorError when they do not fit together */
export function toDescriptorSet(files: readonly FileDescriptorProto[]): DescriptorSet {
  const sorted = importsFirst(files);
  try {
    return { files: sorted, registry: link(sorted) };
  } catch (error) {
    throw new DescriptorError(`they do not fit together: ${reason(error)}`);
  }
}

function link(files: readonly FileDescriptorProto[]): FileRegistry {
  const linked = new Map<string, DescFile>();
  const registries = files.map((file) => {
    const registry = createFileRegistry(file, (name) => linked.get(name));
    linked.set(file.name, registry.getFile(file.name) as DescFile);
    return registry;
  });
  return createFileRegistry(...registries);
}

/** @throws DescriptorError for a file that is missing or imports itself */
function importsFirst(files: readonly FileDescriptorProto[]): readonly FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const sorted = new Map<string, FileDescriptorProto>();
  const open = new Set<string>();
  const visit = (name: string, importer: string | null): void => {
    if (sorted.has(name)) return;
    const file = byName.get(name) ?? WELL_KNOWN.get(name)?.proto;
    if (file === undefined) throw new DescriptorError(`${importer} imports ${name}, which is not among them`);
    if (open.has(name)) throw new DescriptorError(`${name} imports itself, through ${importer}`);
    open.add(name);
    for (const dependency of file.dependency) visit(dependency, name);
    open.delete(name);
    sorted.set(name, file);
  };
  for (const file of files) visit(file.name, null);
  return [...sorted.values()];
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
