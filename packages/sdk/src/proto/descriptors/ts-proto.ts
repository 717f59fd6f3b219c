import { create, type DescMessage } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { ProtoServiceError } from "../errors.js";
import { wellKnownFile } from "./file-set.js";
import { markOneofs } from "./oneofs.js";
import { type MetadataOptions, markOptions } from "./ts-proto-options.js";

/** What the SDK uses of a message that ts-proto generated. */
export interface MessageCodec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(data: Uint8Array): unknown;
  fromPartial?(message: unknown): unknown;
}

/** `protoMetadata` of a file that ts-proto generated with `outputSchema=true`. */
export interface ProtoMetadata {
  readonly fileDescriptor: unknown;
  /** Codecs of the file's messages, by their name with a dot in front. */
  readonly references: { readonly [name: string]: unknown };
  readonly dependencies?: readonly ProtoMetadata[];
  readonly options?: unknown;
}

type Plain = { readonly [field: string]: unknown };

/**
 * The files that a generated file stands for, each after those that it imports.
 * @throws ProtoServiceError if something else was passed
 */
export function filesOf(metadata: ProtoMetadata): readonly FileDescriptorProto[] {
  const files = new Map<string, FileDescriptorProto>();
  const add = (file: FileDescriptorProto): void => {
    if (files.has(file.name)) return;
    for (const path of file.dependency) {
      const known = files.has(path) ? undefined : wellKnownFile(path);
      if (known !== undefined) add(known);
      else if (!files.has(path)) throw missingFile(path, file.name);
    }
    files.set(file.name, file);
  };
  const visit = (part: ProtoMetadata): void => {
    const name = nameOf(part);
    if (files.has(name)) return;
    part.dependencies?.forEach(visit);
    add(wellKnownFile(name) ?? toFile(part));
  };
  visit(metadata);
  return [...files.values()];
}

function missingFile(path: string, importer: string): ProtoServiceError {
  return new ProtoServiceError(
    "META0001",
    `${importer} imports ${path}, of which there is no generated code. Generate code for imported files, too (buf: include_imports).`,
  );
}

/** The codecs of all messages of a generated file and of the files that it imports. */
export function codecsOf(metadata: ProtoMetadata): ReadonlyMap<string, MessageCodec> {
  const codecs = new Map<string, MessageCodec>();
  const seen = new Set<ProtoMetadata>();
  const visit = (part: ProtoMetadata): void => {
    if (seen.has(part)) return;
    seen.add(part);
    for (const [name, codec] of Object.entries(part.references)) {
      if (isCodec(codec)) codecs.set(name.replace(/^\./, ""), codec);
    }
    part.dependencies?.forEach(visit);
  };
  visit(metadata);
  return codecs;
}

function isCodec(value: unknown): value is MessageCodec {
  return typeof value === "object" && value !== null && "encode" in value && "decode" in value;
}

function nameOf(metadata: ProtoMetadata): string {
  const file = metadata?.fileDescriptor as Plain | undefined;
  if (typeof file?.name === "string" && typeof metadata.references === "object") return file.name;
  throw new ProtoServiceError(
    "META0001",
    "The descriptor is not the `protoMetadata` of a generated file. Generate the code with ts-proto's option outputSchema=true.",
  );
}

function toFile({ fileDescriptor, references, options }: ProtoMetadata): FileDescriptorProto {
  // Comments and positions are for compilers, and larger than all the rest.
  const { sourceCodeInfo: _, ...source } = fileDescriptor as Plain;
  const file = create(FileDescriptorProtoSchema, toInit(FileDescriptorProtoSchema, source));
  markOneofs(file, fileDescriptor, references);
  markOptions(file, options as MetadataOptions | undefined);
  return file;
}

/** Fields whose zero is a value. Everywhere else ts-proto writes zeros for what is not there. */
const ZERO_IS_A_VALUE: ReadonlySet<string> = new Set([
  "google.protobuf.EnumValueDescriptorProto.number",
  "google.protobuf.DescriptorProto.ReservedRange.start",
  "google.protobuf.EnumDescriptorProto.EnumReservedRange.start",
  "google.protobuf.EnumDescriptorProto.EnumReservedRange.end",
]);

/** The same message as protobuf-es wants it. */
function toInit(type: DescMessage, message: Plain): Record<string, unknown> {
  const init: Record<string, unknown> = {};
  for (const field of type.fields) {
    const value = message[field.localName];
    const isThere = ZERO_IS_A_VALUE.has(`${type.typeName}.${field.name}`) || isFilled(value);
    if (!isThere || value === undefined || field.fieldKind === "map") continue;
    const nested = field.message;
    if (nested === undefined) init[field.localName] = value;
    else if (Array.isArray(value)) init[field.localName] = value.map((each) => toInit(nested, each as Plain));
    else init[field.localName] = toInit(nested, value as Plain);
  }
  return init;
}

function isFilled(value: unknown): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== 0 && value !== "" && value !== false;
}
