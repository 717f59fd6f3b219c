import type { DescField, DescService, Message } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Number of both extensions of `dev.restate.ext`: `service_type` of services and `field` of fields. */
const EXTENSION_NUMBER = 51234;

export const ServiceType = { UNKEYED: 0, KEYED: 1, SINGLETON: 2 } as const;
export const FieldType = { KEY: 0, EVENT_PAYLOAD: 1, EVENT_METADATA: 2 } as const;

/** What `option (dev.restate.ext.service_type)` says; undefined if it is not there. */
export function serviceTypeOf(service: DescService): number | undefined {
  return readExtension(service.proto.options);
}

/** What `[(dev.restate.ext.field)]` says; undefined if it is not there. */
export function fieldTypeOf(field: DescField): number | undefined {
  return readExtension(field.proto.options);
}

/** Both extensions are enums. To protobuf-es, which was not told of them, they are unknown fields. */
function readExtension(options: Message | undefined): number | undefined {
  const found = options?.$unknown?.findLast(
    ({ no, wireType }) => no === EXTENSION_NUMBER && wireType === WireType.Varint,
  );
  return found === undefined ? undefined : new BinaryReader(found.data).int32();
}

export function writeExtension(options: Message, value: number): void {
  const data = new BinaryWriter().int32(value).finish();
  options.$unknown = [...(options.$unknown ?? []), { no: EXTENSION_NUMBER, wireType: WireType.Varint, data }];
}
