import {
  type DescExtension,
  type DescField,
  type DescService,
  getExtension,
  hasExtension,
} from "@bufbuild/protobuf";
import type { UninterpretedOption } from "@bufbuild/protobuf/wkt";
import {
  FieldType,
  field as fieldExtension,
  ServiceType,
  service_type as serviceTypeExtension,
} from "./gen/dev/restate/ext_pb.js";

export { FieldType, ServiceType };

/** What `option (dev.restate.ext.service_type)` says; undefined: it is not there. */
export function serviceTypeOf({ proto }: DescService): ServiceType | undefined {
  const { options } = proto;
  if (options === undefined) return undefined;
  if (hasExtension(options, serviceTypeExtension)) return getExtension(options, serviceTypeExtension);
  return uninterpreted(options.uninterpretedOption, serviceTypeExtension, ServiceType);
}

/** What `[(dev.restate.ext.field)]` says; undefined: it is not there. */
export function fieldTypeOf({ proto }: DescField): FieldType | undefined {
  const { options } = proto;
  if (options === undefined) return undefined;
  if (hasExtension(options, fieldExtension)) return getExtension(options, fieldExtension);
  return uninterpreted(options.uninterpretedOption, fieldExtension, FieldType);
}

/**
 * Descriptors that were made without a compiler (the first TypeScript SDKs) carry options by name. Source:
 * the documents of 2023, docs/compatibility.md.
 */
function uninterpreted<T extends number>(
  options: readonly UninterpretedOption[],
  { typeName }: DescExtension,
  values: Readonly<Record<string, T | string>>,
): T | undefined {
  for (const { name, identifierValue } of options) {
    const text = name.map(({ namePart }) => namePart).join(".");
    if (text.replace(/^\./, "") !== typeName) continue;
    const value = values[identifierValue];
    if (typeof value === "number") return value;
  }
  return undefined;
}
