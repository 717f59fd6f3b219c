import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "./ts-proto.js";

type Plain = { readonly [field: string]: unknown };
const EMPTY = new Uint8Array(0);

/**
 * Says which fields are members of a oneof. ts-proto writes the index 0 for those of the first oneof and for those of none
 * alike. Members have no default: an empty message, decoded, is without them. Message fields have none anyway, and count as
 * no members, which is the same on the wire and in JSON.
 */
export function markOneofs(file: FileDescriptorProto, source: unknown, references: Plain): void {
  const visit = (message: DescriptorProto, plain: Plain, name: string): void => {
    const fields = plain.field as readonly Plain[];
    if (message.oneofDecl.length > 0)
      markFields(message, fields, references[name] as MessageCodec | undefined);
    message.nestedType.forEach((nested, index) => {
      visit(nested, (plain.nestedType as readonly Plain[])[index]!, `${name}.${nested.name}`);
    });
  };
  const prefix = file.package === "" ? "" : `.${file.package}`;
  file.messageType.forEach((message, index) => {
    visit(message, ((source as Plain).messageType as readonly Plain[])[index]!, `${prefix}.${message.name}`);
  });
}

function markFields(
  message: DescriptorProto,
  plain: readonly Plain[],
  codec: MessageCodec | undefined,
): void {
  const defaults = (codec?.decode(EMPTY) ?? {}) as Plain;
  message.field.forEach((field, index) => {
    const oneofIndex = Number(plain[index]?.oneofIndex ?? 0);
    if (oneofIndex > 0 || field.proto3Optional || isMember(field, defaults)) field.oneofIndex = oneofIndex;
  });
  dropEmptyOneof(message);
}

function isMember(field: FieldDescriptorProto, defaults: Plain): boolean {
  const { MESSAGE, GROUP } = FieldDescriptorProto_Type;
  const isMessage = field.type === MESSAGE || field.type === GROUP;
  return !isMessage && defaults[field.name] === undefined && defaults[field.jsonName] === undefined;
}

/** A oneof of messages only has lost all its members. */
function dropEmptyOneof(message: DescriptorProto): void {
  if (message.field.some((field) => field.oneofIndex === 0 && isSet(field))) return;
  message.oneofDecl.shift();
  for (const field of message.field) if (isSet(field)) field.oneofIndex--;
}

const isSet = (field: FieldDescriptorProto): boolean => Object.hasOwn(field, "oneofIndex");
