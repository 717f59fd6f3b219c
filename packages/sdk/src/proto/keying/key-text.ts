import { type DescField, type DescMessage, fromBinary, ScalarType, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Whether a field can be a key: one value, with one text. */
export function canBeKey(field: DescField): boolean {
  if (field.fieldKind === "scalar") {
    return field.scalar !== ScalarType.FLOAT && field.scalar !== ScalarType.DOUBLE;
  }
  return field.fieldKind === "enum" || (field.fieldKind === "message" && !field.delimitedEncoding);
}

/**
 * The text of the key in a request: strings as they are, integers and enums in decimal, booleans as `true` and `false`,
 * bytes and messages as base64url (without padding) of their binary encoding. A field that is not there counts as its
 * default. Servers make the same text from the same bytes.
 *
 * @param field one that `canBeKey` allows
 * @param request the encoded request; only this field of it is decoded
 * @throws Error if the bytes are no such message
 */
export function keyText(field: DescField, request: Uint8Array): string {
  switch (field.fieldKind) {
    case "message":
      return messageText(field.message, occurrences(field.number, request));
    case "enum":
      return scalarText(ScalarType.INT32, field.number, request);
    default:
      return scalarText(field.scalar as ScalarType, field.number, request);
  }
}

/** Of several occurrences the last one counts. */
function scalarText(type: ScalarType, number: number, request: Uint8Array): string {
  const reader = new BinaryReader(request);
  let value: unknown;
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (no === number && wireType === wireTypeOf(type)) value = readScalar(reader, type);
    else reader.skip(wireType, no);
  }
  if (value instanceof Uint8Array) return base64url(value);
  if (value !== undefined) return String(value);
  return type === ScalarType.BOOL
    ? "false"
    : type === ScalarType.STRING || type === ScalarType.BYTES
      ? ""
      : "0";
}

function wireTypeOf(type: ScalarType): WireType {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    default:
      return WireType.Varint;
  }
}

function readScalar(reader: BinaryReader, type: ScalarType): unknown {
  switch (type) {
    case ScalarType.STRING:
      return reader.string(true);
    case ScalarType.BYTES:
      return reader.bytes();
    case ScalarType.BOOL:
      return reader.bool();
    case ScalarType.INT32:
      return reader.int32();
    case ScalarType.UINT32:
      return reader.uint32();
    case ScalarType.SINT32:
      return reader.sint32();
    case ScalarType.FIXED32:
      return reader.fixed32();
    case ScalarType.SFIXED32:
      return reader.sfixed32();
    case ScalarType.INT64:
      return reader.int64();
    case ScalarType.UINT64:
      return reader.uint64();
    case ScalarType.SINT64:
      return reader.sint64();
    case ScalarType.FIXED64:
      return reader.fixed64();
    case ScalarType.SFIXED64:
      return reader.sfixed64();
    default:
      throw new TypeError(`A key of type ${ScalarType[type]} has no text.`);
  }
}

/** Several occurrences of a message are one, merged: their bytes one after the other. */
function occurrences(number: number, request: Uint8Array): Uint8Array {
  const reader = new BinaryReader(request);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [no, wireType] = reader.tag();
    if (no === number && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, no);
  }
  return found.length === 1 ? found[0]! : Buffer.concat(found);
}

/** The same message may be encoded in several ways; what protobuf-es writes for it is one of them. */
function messageText(type: DescMessage, encoded: Uint8Array): string {
  return base64url(toBinary(type, fromBinary(type, encoded)));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}
