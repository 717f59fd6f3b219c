import type { DescFile, DescService } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { Awakeables, Ingress } from "../../../protobuf/gen/dev/restate/services_pb.js";
import { Health } from "../../../protobuf/gen/grpc/health/v1/health_pb.js";
import { ServerReflection as ReflectionV1 } from "../../../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ReflectionV1Alpha } from "../../../protobuf/gen/grpc/reflection/v1alpha/reflection_pb.js";

/** The services of this server itself. */
export const BUILTIN_DESCRIPTORS: readonly DescService[] = [
  Ingress,
  Awakeables,
  Health,
  ReflectionV1,
  ReflectionV1Alpha,
];

const NAMES: ReadonlySet<string> = new Set(BUILTIN_DESCRIPTORS.map(({ typeName }) => typeName));

export function isBuiltin(service: string): boolean {
  return NAMES.has(service);
}

/** Their files, imports first. */
export const BUILTIN_FILES: readonly FileDescriptorProto[] = importsFirst(
  BUILTIN_DESCRIPTORS.map(({ file }) => file),
);

function importsFirst(files: readonly DescFile[]): readonly FileDescriptorProto[] {
  const sorted = new Set<FileDescriptorProto>();
  const visit = (file: DescFile): void => {
    for (const dependency of file.dependencies) visit(dependency);
    sorted.add(file.proto);
  };
  for (const file of files) visit(file);
  return [...sorted];
}
