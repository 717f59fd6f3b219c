import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { SCHEMAS_PATH, type SchemaObject } from "./document.js";

/**
 * JSON Schemas of messages in protobuf's canonical JSON. What they describe is what the server writes; it reads more
 * than that (numbers as text, fields by their names in the .proto file, null for a field that is not there).
 * Source: https://protobuf.dev/programming-guides/json/
 */
export class MessageSchemas {
  readonly #schemas = new Map<string, SchemaObject>();

  /** All that were referred to, by their full names. */
  get schemas(): Readonly<Record<string, SchemaObject>> {
    return Object.fromEntries(this.#schemas);
  }

  /** A reference to the message's schema, which is added with all that it needs. */
  reference(message: DescMessage): SchemaObject {
    const { typeName } = message;
    if (!this.#schemas.has(typeName)) {
      // Known before it is made, since messages may hold themselves.
      this.#schemas.set(typeName, {});
      this.#schemas.set(typeName, WELL_KNOWN.get(typeName) ?? this.#object(message));
    }
    return { $ref: `${SCHEMAS_PATH}${typeName}` };
  }

  #object(message: DescMessage): SchemaObject {
    const required = message.fields.filter(isRequired).map(({ jsonName }) => jsonName);
    const isExtendable = message.proto.extensionRange.length > 0;
    return {
      type: "object",
      title: message.name,
      properties: Object.fromEntries(message.fields.map((field) => [field.jsonName, this.#field(field)])),
      ...(required.length > 0 && { required }),
      // Unknown fields are refused.
      ...(!isExtendable && { additionalProperties: false }),
      ...(message.deprecated && { deprecated: true }),
    };
  }

  #field(field: DescField): SchemaObject {
    const schema = this.#value(field);
    const notes = {
      ...(field.deprecated && { deprecated: true }),
      ...(field.oneof && {
        description: `At most one is there of: ${field.oneof.fields.map(({ jsonName }) => jsonName).join(", ")}`,
      }),
    };
    return { ...(schema as object), ...notes };
  }

  #value(field: DescField): SchemaObject {
    switch (field.fieldKind) {
      case "scalar":
        return SCALARS[field.scalar];
      case "enum":
        return enumSchema(field.enum);
      case "message":
        return this.reference(field.message);
      case "list":
        return { type: "array", items: this.#element(field) };
      case "map":
        return { type: "object", additionalProperties: this.#element(field) };
    }
  }

  #element(field: DescField & { readonly fieldKind: "list" | "map" }): SchemaObject {
    const kind = field.fieldKind === "list" ? field.listKind : field.mapKind;
    switch (kind) {
      case "scalar":
        return SCALARS[field.scalar as ScalarType];
      case "enum":
        return enumSchema(field.enum as DescEnum);
      case "message":
        return this.reference(field.message as DescMessage);
    }
  }
}

function isRequired(field: DescField): boolean {
  return field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED;
}

/** Values that the .proto file does not name travel as numbers; only callers who know them send them. */
function enumSchema({ typeName, values }: DescEnum): SchemaObject {
  if (typeName === "google.protobuf.NullValue") return { type: "null" };
  return { type: "string", title: typeName, enum: values.map(({ name }) => name) };
}

const integer = (format: string): SchemaObject => ({ type: "integer", format });
/** Numbers of JSON are too short for them. */
const longInteger = (format: string): SchemaObject => ({ type: "string", format, pattern: "^-?[0-9]+$" });
const float = (format: string): SchemaObject => ({
  oneOf: [
    { type: "number", format },
    { type: "string", enum: ["NaN", "Infinity", "-Infinity"] },
  ],
});
const bytes: SchemaObject = { type: "string", contentEncoding: "base64" };

const SCALARS: Readonly<Record<ScalarType, SchemaObject>> = {
  [ScalarType.DOUBLE]: float("double"),
  [ScalarType.FLOAT]: float("float"),
  [ScalarType.INT32]: integer("int32"),
  [ScalarType.SINT32]: integer("int32"),
  [ScalarType.SFIXED32]: integer("int32"),
  [ScalarType.UINT32]: integer("uint32"),
  [ScalarType.FIXED32]: integer("uint32"),
  [ScalarType.INT64]: longInteger("int64"),
  [ScalarType.SINT64]: longInteger("int64"),
  [ScalarType.SFIXED64]: longInteger("int64"),
  [ScalarType.UINT64]: longInteger("uint64"),
  [ScalarType.FIXED64]: longInteger("uint64"),
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: bytes,
};

/** Messages that have a form of their own in JSON. */
const WELL_KNOWN: ReadonlyMap<string, SchemaObject> = new Map(
  Object.entries<SchemaObject>({
    "google.protobuf.Any": {
      type: "object",
      properties: { "@type": { type: "string", description: "URL that ends with the name of the message" } },
      additionalProperties: true,
    },
    "google.protobuf.Timestamp": { type: "string", format: "date-time" },
    "google.protobuf.Duration": {
      type: "string",
      pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$",
      description: "Seconds, such as `1.5s`",
    },
    "google.protobuf.FieldMask": { type: "string", description: "Paths of fields, with commas between them" },
    "google.protobuf.Struct": { type: "object", additionalProperties: true },
    "google.protobuf.Value": { description: "Any JSON" },
    "google.protobuf.ListValue": { type: "array", items: {} },
    "google.protobuf.DoubleValue": SCALARS[ScalarType.DOUBLE],
    "google.protobuf.FloatValue": SCALARS[ScalarType.FLOAT],
    "google.protobuf.Int64Value": SCALARS[ScalarType.INT64],
    "google.protobuf.UInt64Value": SCALARS[ScalarType.UINT64],
    "google.protobuf.Int32Value": SCALARS[ScalarType.INT32],
    "google.protobuf.UInt32Value": SCALARS[ScalarType.UINT32],
    "google.protobuf.BoolValue": SCALARS[ScalarType.BOOL],
    "google.protobuf.StringValue": SCALARS[ScalarType.STRING],
    "google.protobuf.BytesValue": SCALARS[ScalarType.BYTES],
  }),
);
