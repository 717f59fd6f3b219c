import { type DescField, ScalarType } from "@bufbuild/protobuf";

/** The type of a field as a .proto file spells it: `string`, `repeated int32`, `map<string, org.example.Item>`. */
export function typeName(field: DescField): string {
  switch (field.fieldKind) {
    case "list":
      return `repeated ${elementName(field)}`;
    case "map":
      return `map<${scalarName(field.mapKey)}, ${elementName(field)}>`;
    default:
      return elementName(field);
  }
}

function elementName(field: DescField): string {
  return field.message?.typeName ?? field.enum?.typeName ?? scalarName(field.scalar as ScalarType);
}

function scalarName(type: ScalarType): string {
  return ScalarType[type].toLowerCase();
}
