import { create, type Message } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  FieldOptionsSchema,
  type FileDescriptorProto,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import { writeExtension } from "./ext-options.js";

interface MessageOptions {
  readonly fields?: { readonly [field: string]: { readonly field?: number } };
  readonly nested?: { readonly [message: string]: MessageOptions };
}

/** Options with extensions, which ts-proto keeps beside the descriptor. */
export interface MetadataOptions {
  readonly services?: {
    readonly [service: string]: { readonly options?: { readonly service_type?: number } };
  };
  readonly messages?: { readonly [message: string]: MessageOptions };
}

/** Puts the options of `dev.restate.ext` where they were in the .proto file. */
export function markOptions(file: FileDescriptorProto, options: MetadataOptions | undefined): void {
  for (const service of file.service) {
    const type = options?.services?.[service.name]?.options?.service_type;
    if (type === undefined) continue;
    service.options ??= create(ServiceOptionsSchema);
    writeExtension(service.options as Message, type);
  }
  for (const message of file.messageType) markFields(message, options?.messages?.[message.name]);
}

function markFields(message: DescriptorProto, options: MessageOptions | undefined): void {
  for (const field of message.field) {
    const type = options?.fields?.[field.name]?.field;
    if (type === undefined) continue;
    field.options ??= create(FieldOptionsSchema);
    writeExtension(field.options as Message, type);
  }
  for (const nested of message.nestedType) markFields(nested, options?.nested?.[nested.name]);
}
